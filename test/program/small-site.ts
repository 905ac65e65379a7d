// A stack of the small program on the engine of this machine: real engine, real containers, an `up` of seconds.
import { copyFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";

import { viewOfClone } from "../lab/clone-view.ts";
import { docker } from "../lab/command.ts";
import { leftovers, sweep } from "../lab/engine.ts";
import { Operator } from "../lab/operator.ts";
import { RunningStack } from "../lab/running-stack.ts";
import { freePorts, type Sections, TestStack } from "../lab/stack.ts";
import { smallUpdates } from "../lab/updates.ts";

const program = join(import.meta.dirname, "small-program.ts");
const image = "nginx:1.26";
/** Ends at once when it is told to, by whichever signal the image names: the first process of a container does so only where it says so. */
const serve = ["sh", "-c", 'trap "exit 0" TERM QUIT; sleep 100000 & wait'];
const well = ["test", "!", "-e", "/srv/media/unwell"];

const settings: Sections = {
  tier: "dev",
  host: { type: "local" },
  data: { keepOnDestroy: false },
  application: {
    image,
    preset: "custom",
    user: "10001:10001",
    memory: 64,
    startTimeout: 60,
    timeout: 1,
    stopGrace: 10,
    staticPath: "/srv/static",
    mediaPath: "/srv/media",
    commands: { serve, health: well },
  },
  worker: { command: serve, longestTask: 1, health: well, memory: 64, stopGrace: 10 },
  beat: { command: serve, health: ["true"], memory: 64, stopGrace: 10 },
};

export class SmallSite extends RunningStack {
  readonly operator: Operator;
  readonly #images: string[] = [];

  private constructor(stack: TestStack) {
    super(stack);
    this.operator = new Operator(stack);
  }

  /** It is not up yet. */
  static async create(secrets: Record<string, string> = {}): Promise<SmallSite> {
    const site = { domains: ["localhost"], ports: await freePorts(), tls: { mode: "selfSigned" } };
    const stack = await TestStack.create({ ...settings, site }, secrets);
    await useSmallProgram(stack.folder);
    return new SmallSite(stack);
  }

  /** Keeps the next release's containers from getting healthy, until it is called with false: the `up` waits for them. */
  async unwell(so: boolean): Promise<void> {
    await docker(["exec", this.container("backend"), ...(so ? ["touch"] : ["rm"]), "/srv/media/unwell"]);
  }

  /** An image that differs by a label. It goes with the site. */
  async derivedImage(label: string): Promise<string> {
    const tag = `socle-small-${this.stack.name}:${this.#images.length}`;
    this.#images.push(tag);
    await docker(["build", "--quiet", "--tag", tag, "-"], { input: `FROM ${image}\nLABEL small="${label} ${tag}"\n` });
    return tag;
  }

  /** The same stack as a folder of its own has it, where nothing is known of what the first did: another clone. */
  async elsewhere(folder: string): Promise<void> {
    await viewOfClone(folder);
    await useSmallProgram(folder);
    await copyFile(this.stack.file, join(folder, `Pulumi.${this.stack.name}.yaml`));
  }

  /** Removes all of it; what the product left behind is removed too, and is an error. */
  async remove(): Promise<void> {
    const { code, stdout } = await this.stack.pulumi(["destroy", "--yes", "--skip-preview"], { check: false });
    const left = await leftovers(this.stack.prefix);
    await sweep(this.stack.prefix);
    if (this.#images.length > 0) await docker(["image", "rm", "--force", ...this.#images]);
    await this.stack.forget(smallUpdates);
    if (code !== 0) throw new Error(`pulumi destroy: exit code ${code}\n${stdout}`);
    if (left.length > 0) throw new Error(`after pulumi destroy there still were: ${left.join(", ")}`);
  }
}

async function useSmallProgram(folder: string): Promise<void> {
  const main = join(folder, "index.ts");
  await rm(main);
  await symlink(program, main);
}
