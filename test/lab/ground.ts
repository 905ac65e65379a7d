// Chosen services of the program on the engine of this machine, made of what the program registers under mocks: what a
// test of backups, migrations or imports needs is there in seconds, without the Pulumi engine and the rest of a site.
import { auditSubject } from "../../config/audit-subject.ts";
import { smokeChecks } from "../../config/smoke-checks.ts";
import type { Outputs } from "../../operations/stack.ts";
import { serviceOf } from "../unit/components/container.ts";
import { certificate, generated, imageId, privateKey, type Registered, Secret } from "../unit/components/engine.ts";
import { deploy, type Deployment } from "../unit/components/stack.ts";
import { docker, lines, run } from "./command.ts";
import { until } from "./deadline.ts";
import { inspect, psql, sweep } from "./engine.ts";
import { type Inputs, make } from "./resource.ts";
import { Operator } from "./operator.ts";
import { freePorts, onThisMachine, sampleSite, type Sections, TestStack } from "./stack.ts";
import { Visitor } from "./visitor.ts";

export interface Wanted {
  /** Services, such as `backup`, and names of tasks, such as `migrate`; all that they depend on comes with them. */
  services: string[];
  /** Settings that differ from those of the sample site. */
  sections?: Sections;
  /** The site's own secrets, and Socle's. */
  secrets?: Record<string, string>;
  credentials?: Record<string, string>;
  /** A ground or a site whose state folder it shares, as two stacks of one project do; it is removed before that one. */
  beside?: { stack: TestStack };
}

export class Ground {
  static readonly #all: Ground[] = [];
  readonly stack: TestStack;
  readonly operator: Operator;
  readonly #deployment: Deployment;
  #here: Promise<[string, string][]> | undefined;
  readonly #made = new Map<string, Promise<void>>();

  private constructor(stack: TestStack, deployment: Deployment) {
    this.stack = stack;
    this.operator = new Operator(stack);
    this.#deployment = deployment;
  }

  /** Brings the services up and tells `socle` of them. */
  static async of({ services, sections = {}, secrets = {}, credentials = {}, beside }: Wanted): Promise<Ground> {
    const site = { domains: ["localhost"], ports: await freePorts(), tls: { mode: "selfSigned" } };
    const settings = onThisMachine({ site, ...sampleSite("socle-example-site:dev"), ...sections });
    const stack = await TestStack.create(settings, secrets, beside?.stack);
    try {
      const ground = new Ground(stack, await deploy(stack.name, settings, secrets, credentials));
      Ground.#all.push(ground);
      await stack.setSecrets({}, credentials);
      await Promise.all([ground.add(...services), ground.#tell()]);
      return ground;
    } catch (error) {
      if (!Ground.#all.some((ground) => ground.stack === stack)) await stack.forget();
      throw error;
    }
  }

  /** Brings up further services, or runs further tasks. */
  async add(...wanted: string[]): Promise<void> {
    const { resources, containers } = this.#deployment;
    const names = new Set(wanted.flatMap((name) => [name, `${name}-healthy`]));
    const chosen = [
      ...containers.filter((container) => names.has(serviceOf(container))),
      ...resources.filter(({ type, name }) => type === "command:Command" && names.has(name)),
    ];
    await Promise.all(chosen.map((resource) => this.#make(resource)));
  }

  /** As Pulumi names it. @throws where the program has no such service */
  container(service: string): string {
    const found = this.#deployment.outputs.services[service];
    if (!found) throw new Error(`no service ${service}`);
    return found.container;
  }

  /** SQL as PostgreSQL's superuser, in the site's database or another one. */
  sql(query: string, database = "site"): Promise<string> {
    return docker(["exec", "--interactive", this.container("postgres"), ...psql(database)], { input: query });
  }

  visitor(): Visitor {
    const { ports } = this.stack.settings["site"] as { ports: { http: number; https: number } };
    return new Visitor("localhost", ports);
  }

  /** Ends the pause in which the loop of a service rests, if it does: its next turn begins at once. */
  async rouse(service: string): Promise<void> {
    const { State } = await inspect(this.container(service));
    const listing = lines(await docker(["top", this.container(service), "-eo", "pid,ppid,comm"]));
    for (const line of listing) {
      const [pid, parent, program] = line.trim().split(/ +/);
      if (program === "sleep" && Number(parent) === State.Pid) process.kill(Number(pid), "SIGTERM");
    }
  }

  /** Asks again and again, as `until` does, and does not let the services' loops rest meanwhile. */
  soon<T>(awaited: string, services: string[], probe: () => Promise<T | false | undefined>): Promise<T> {
    const ask = async (): Promise<T | false | undefined> => {
      await Promise.all(services.map((service) => this.rouse(service)));
      return probe();
    };
    return until(awaited, 180, ask, 0.5);
  }

  /** The command line of one of the program's tasks, as it would run here; or of what runs where the task goes. */
  async command(task: string, when: "create" | "delete" = "create"): Promise<string> {
    return (await this.#real<Inputs>(this.#deployment.resource(`command:Command ${task}`).inputs))[when];
  }

  /** Removes all that this process has brought up, or began to, the latest first. */
  static async removeAll(): Promise<void> {
    for (const ground of Ground.#all.splice(0).reverse()) await ground.#remove();
  }

  async #remove(): Promise<void> {
    await Promise.allSettled(this.#made.values());
    await sweep(this.stack.prefix);
    await this.stack.forget();
  }

  /** A value of a registration in clear, with what is here in the place of what mocks answered. */
  async #real<Shape>(told: unknown): Promise<Shape> {
    let words = JSON.stringify(told, (_, value: unknown) => (value instanceof Secret ? value.value : value));
    for (const [mocked, here] of await (this.#here ??= this.#found())) words = words.replaceAll(mocked, here);
    return JSON.parse(words) as Shape;
  }

  /** Identities of the images, and a certificate that Nginx can use. */
  async #found(): Promise<[string, string][]> {
    const { resources, model } = this.#deployment;
    const pulled = resources.filter(({ type }) => type === "docker:RemoteImage");
    const names = [model.images.application, ...pulled.map(({ inputs }) => inputs["name"] as string)];
    const images = [...new Set(names)].map(async (name): Promise<[string, string]> => [
      imageId(name),
      await identity(name),
    ]);
    const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc", "-keyout", "-"];
    const { stdout } = await run("openssl", ["req", "-x509", "-days", "2", ...subject, ...key]);
    return [[base64(certificate + privateKey), base64(stdout)], ...(await Promise.all(images))];
  }

  /** What a resource depends on, side by side; then the resource itself. */
  #make(resource: Registered): Promise<void> {
    const { key, dependencies, provider } = resource;
    const started = this.#made.get(key);
    if (started) return started;
    const earlier = [...dependencies, ...(provider ? [provider] : [])].map((name) => this.#deployment.resource(name));
    const making = Promise.all(earlier.map((each) => this.#make(each))).then(async () =>
      make(resource.type, resource.name, await this.#real<Inputs>(resource.inputs), this.stack.environment()),
    );
    this.#made.set(key, making);
    return making;
  }

  /** A state of the stack that says no more than its outputs: what an operator's command reads. */
  async #tell(): Promise<void> {
    const { model, outputs: made } = this.#deployment;
    const { name } = this.stack;
    const outputs: Outputs & { backupKey: string } = {
      ...{ url: model.site.url, services: made.services, release: made.release },
      operations: {
        ...{ name: model.name, tier: model.tier, host: model.host },
        postgres: { database: model.postgres.database, owner: model.postgres.user },
        commands: model.commands,
        recorded: { number: 0, hash: "" },
      },
      ...{ audit: auditSubject(model), checks: smokeChecks(model) },
      backupKey: generated("secrets-repository-key", "1", 40),
    };
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const type = "pulumi:pulumi:Stack";
    const urn = `urn:pulumi:${name}::socle::${type}::socle-${name}`;
    const resources = [{ urn, type, custom: false, outputs: await this.#real(outputs) }];
    const input = JSON.stringify({ version: 3, deployment: { manifest, resources } });
    await this.stack.pulumi(["stack", "import"], { input });
  }
}

/** Of an image of this engine; one that it lacks is pulled. */
async function identity(image: string): Promise<string> {
  const found = ["image", "inspect", "--format", "{{.Id}}", image];
  if ((await run("docker", found, { check: false })).code !== 0) await docker(["pull", "--quiet", image]);
  return docker(found);
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");
