// A site of the sample application on the engine of this machine, as a test or a benchmark works with it.
import { docker } from "./command.ts";
import { containersOf, leftovers, sweep } from "./engine.ts";
import { RunningStack } from "./running-stack.ts";
import { freePorts, onThisMachine, type Sections, TestStack } from "./stack.ts";
import type { Seen } from "./witness.ts";
import { Visitor } from "./visitor.ts";

export class LocalSite extends RunningStack {
  readonly ports: { http: number; https: number };
  /** What could be seen while the first `up` ran. */
  seen: Seen = { processes: new Set(), containers: [] };
  readonly #images: string[] = [];
  readonly #administrators = new Map<string, Promise<Visitor>>();

  constructor(stack: TestStack, ports: { http: number; https: number }) {
    super(stack);
    this.ports = ports;
  }

  /** One on free ports of this machine; it is not up yet. */
  static async create(
    sections: Sections,
    secrets: Record<string, string> = {},
    beside?: TestStack,
  ): Promise<LocalSite> {
    const ports = await freePorts();
    const site = { domains: ["localhost"], ports, tls: { mode: "selfSigned" }, ...(sections["site"] as object) };
    const stack = await TestStack.create({ ...onThisMachine(sections), site }, secrets, beside);
    return new LocalSite(stack, ports);
  }

  override async up(sections: Sections = {}): Promise<string> {
    const { adminPassword } = this.output;
    const said = await super.up(sections);
    // A changed password ends its user's sessions.
    if (this.output.adminPassword !== adminPassword) this.#administrators.clear();
    return said;
  }

  visitor(): Visitor {
    return new Visitor("localhost", this.ports);
  }

  /** The administrator at one of several browsers, each signed in once: attempts are limited. */
  administrator(browser = "first"): Promise<Visitor> {
    const found = this.#administrators.get(browser) ?? this.#signedIn();
    this.#administrators.set(browser, found);
    return found;
  }

  async #signedIn(): Promise<Visitor> {
    const visitor = this.visitor();
    const status = await visitor.signIn(this.output.adminUser ?? "", this.output.adminPassword ?? "");
    if (status !== 200) throw new Error(`the administrator's sign-in was answered ${status}`);
    return visitor;
  }

  containers(service?: string): Promise<string[]> {
    return containersOf(this.stack.prefix, service);
  }

  /** An image of the application that differs from the present one by a label and what is run. It goes with the site. */
  async derivedImage(label: string, command?: string): Promise<string> {
    const { image: present } = this.stack.settings["application"] as { image: string };
    const image = `socle-e2e-image:${this.stack.name}-${this.#images.length}`;
    this.#images.push(image);
    const run = command === undefined ? "" : `USER 0:0\nRUN ${command}\nUSER 10001:10001\n`;
    await docker(["build", "--quiet", "--tag", image, "-"], {
      input: `FROM ${present}\nLABEL e2e="${label} of ${this.stack.name}"\n${run}`,
    });
    return image;
  }

  /** Removes what there is of it without the product, which is no longer looked at. */
  async discard(): Promise<void> {
    await sweep(this.stack.prefix);
    await this.#removeImages();
    await this.stack.forget();
  }

  /** Removes all of it; what the product left behind is removed too, and is an error. */
  async remove(): Promise<void> {
    let failure: unknown;
    await this.stack.remove().catch((error: unknown) => (failure = error));
    const left = await leftovers(this.stack.prefix);
    await sweep(this.stack.prefix);
    await this.#removeImages();
    if (failure !== undefined) throw failure as Error;
    if (left.length > 0) throw new Error(`after pulumi destroy there still were: ${left.join(", ")}`);
  }

  async #removeImages(): Promise<void> {
    if (this.#images.length > 0) await docker(["image", "rm", "--force", ...this.#images]);
  }
}
