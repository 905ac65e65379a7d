// A stack of the project's own program under a name, a state folder and settings of its own, driven by the real engine.
import { randomBytes, randomInt } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { parse, stringify } from "yaml";

import { Cli } from "../../toolchain/cli.ts";
import { viewOfClone } from "./clone-view.ts";
import { run, type Result } from "./command.ts";
import { testRestic } from "./restic.ts";
import { siteUpdates, type Tally, tally, updatesOf } from "./updates.ts";

/** Section → settings, as in a stack file without the project's name. */
export type Sections = Record<string, unknown>;

export interface Output {
  url: string;
  release: string;
  services: Record<string, { container: string; digest: string }>;
  checks: { name: string; url: string; status: number; header?: { name: string; value: string } }[];
  adminUser?: string;
  adminPassword?: string;
}

/** Of what the state says of a resource. */
export interface Resource {
  urn: string;
  type: string;
  outputs?: { result?: Value; privateKeyPem?: Value };
}

/** A secret one is wrapped, also where it is shown: the text is JSON. */
type Value = string | { plaintext: string };

const inClear = (value: Value): string => (typeof value === "string" ? value : (JSON.parse(value.plaintext) as string));

/** What the sample site needs of `application` and its neighbours, whatever the host. */
export function sampleSite(image: string): Sections {
  return {
    application: {
      image,
      server: "uvicorn",
      workers: 2,
      user: "10001:10001",
      staticPath: "/srv/static",
      mediaPath: "/srv/media",
    },
    worker: { app: "core" },
    frontend: { path: "/app/spa" },
    release: {
      hold: 1,
      smokeChecks: [
        { name: "the sign-in page of the administration", path: "/admin/login/", contains: "csrfmiddlewaretoken" },
      ],
    },
    superuser: { username: "admin", email: "admin@example.org" },
  };
}

/** Of a stack for this machine's engine, where they say nothing else. */
export function onThisMachine(sections: Sections): Sections {
  const backup = { image: testRestic, ...(sections["backup"] as object | undefined) };
  return { tier: "dev", host: { type: "local" }, ...sections, backup };
}

/**
 * Two ports that nothing listens on. Not of those that the kernel gives to whoever asks for any (Linux: from 32768 on): the
 * engine of another test's Pulumi could have such a one by the time that it is used.
 */
export async function freePorts(): Promise<{ http: number; https: number }> {
  const [http, https] = [await freePort(), await freePort()];
  return http === https ? freePorts() : { http, https };
}

async function freePort(): Promise<number> {
  const port = randomInt(20_000, 32_000);
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "0.0.0.0", () => {
      resolve(true);
    });
  });
  if (!free) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class TestStack {
  /** Unique: nothing on an engine is shared with another stack. */
  readonly name = `e2e-${randomBytes(3).toString("hex")}`;
  /** The beginning of the names of its containers, volumes and networks. */
  readonly prefix = `socle-${this.name}`;
  /** State, passphrase and settings, in what stands for a clone: where commands on the stack are run. */
  readonly folder: string;
  /** All that the CLI printed so far, for the secret scan. */
  readonly printed: string[] = [];
  /** Updates whose engine was killed: it wrote nothing down of them. */
  cutOff = 0;
  #sections: Sections;
  readonly #secrets: Record<string, string> = {};
  readonly #credentials: Record<string, string> = {};

  readonly #beside: TestStack | undefined;

  private constructor(folder: string, sections: Sections, beside?: TestStack) {
    this.folder = folder;
    this.#beside = beside;
    this.#sections = sections;
  }

  /** @param beside a stack whose state and passphrase it shares, as two stacks of one project do; it goes before that one */
  static async create(
    sections: Sections,
    secrets: Record<string, string> = {},
    beside?: TestStack,
  ): Promise<TestStack> {
    const stack = new TestStack(beside?.folder ?? (await mkdtemp(join(tmpdir(), "socle-e2e-"))), sections, beside);
    await stack.#init();
    await stack.setSecrets(secrets);
    return stack;
  }

  /** As after the loss of everything but the settings and what was kept elsewhere: no state, no key of a secret. */
  async startOver(): Promise<void> {
    await this.#count(siteUpdates);
    await this.#removeFolder();
    await mkdir(this.folder, { mode: 0o700 });
    await this.#init();
    await this.setSecrets(this.#secrets, this.#credentials);
  }

  async #init(): Promise<void> {
    if (!this.#beside) {
      await viewOfClone(this.folder);
      await writeFile(join(this.folder, "passphrase"), randomBytes(24).toString("hex"), { mode: 0o600 });
    }
    await this.#write();
    await this.pulumi(["stack", "init", this.name]);
  }

  /** What the stack's host keeps, where that is this machine; a server has a folder of its own. */
  get hostState(): string {
    // Apart from host/, which is the clone's.
    return join(this.folder, "state-on-host");
  }

  get file(): string {
    return join(this.folder, `Pulumi.${this.name}.yaml`);
  }

  get settings(): Sections {
    return structuredClone(this.#sections);
  }

  /** Replaces sections; the next `up` sees them. */
  async configure(sections: Sections): Promise<void> {
    this.#sections = { ...this.#sections, ...sections };
    await this.#write();
  }

  /** All of them, so that sections go too. */
  async replace(sections: Sections): Promise<void> {
    this.#sections = sections;
    await this.#write();
  }

  /** Several at once: each start of the CLI derives the key from the passphrase again. */
  async setSecrets(secrets: Record<string, string>, credentials: Record<string, string> = {}): Promise<void> {
    Object.assign(this.#secrets, secrets);
    Object.assign(this.#credentials, credentials);
    const words = [
      ...Object.entries(secrets).map(([name, value]) => `secrets:${name}=${value}`),
      ...Object.entries(credentials).map(([name, value]) => `credentials:${name}=${value}`),
    ].flatMap((assignment) => ["--secret", assignment]);
    if (words.length > 0) await this.pulumi(["config", "set-all", ...words], { record: false });
  }

  async setSecret(name: string, value: string): Promise<void> {
    this.#secrets[name] = value;
    await this.pulumi(["config", "set", "--secret", `secrets:${name}`], { input: value });
  }

  /** A secret that Socle itself works with. */
  async setCredential(name: string, value: string): Promise<void> {
    this.#credentials[name] = value;
    await this.pulumi(["config", "set", "--secret", `credentials:${name}`], { input: value });
  }

  async removeCredential(name: string): Promise<void> {
    Reflect.deleteProperty(this.#credentials, name);
    await this.pulumi(["config", "rm", `credentials:${name}`]);
  }

  /** @param options `parallel`: steps side by side; by default what Pulumi takes on this machine */
  up({
    parallel,
    ...options
  }: { check?: boolean; timeoutSeconds?: number; via?: string[]; parallel?: number } = {}): Promise<Result> {
    const limit = parallel === undefined ? [] : ["--parallel", String(parallel)];
    return this.pulumi(["up", "--yes", "--skip-preview", ...limit], { timeoutSeconds: 600, ...options });
  }

  preview(args: string[] = [], options: { check?: boolean; via?: string[] } = {}): Promise<Result> {
    return this.pulumi(["preview", ...args], options);
  }

  async outputs(): Promise<Output> {
    const { stdout } = await this.pulumi(["stack", "output", "--json", "--show-secrets"], { record: false });
    return JSON.parse(stdout) as Output;
  }

  /** Secret outputs and the state's own secrets, by resource, for the scan: what the stack holds that nobody may see. */
  async secrets(): Promise<Record<string, string>> {
    const generated = (await this.resources(["--show-secrets"])).flatMap(({ urn, outputs }) => {
      const { result, privateKeyPem } = outputs ?? {};
      const name = urn.split("::").at(-1) ?? "";
      if (result !== undefined) return [[name, inClear(result)]];
      // Its first line holds the private number (RFC 5915); the last ones are the public key.
      return privateKeyPem === undefined ? [] : [[name, inClear(privateKeyPem).split("\n")[1] ?? ""]];
    });
    return { ...(Object.fromEntries(generated) as Record<string, string>), ...this.#secrets, ...this.#credentials };
  }

  /** What the state holds. */
  async resources(flags: string[] = []): Promise<Resource[]> {
    const { stdout } = await this.pulumi(["stack", "export", ...flags], { record: false });
    return (JSON.parse(stdout) as { deployment: { resources?: Resource[] } }).deployment.resources ?? [];
  }

  /** Destroys what the engine still has of the stack, its data included, and forgets it. */
  async remove(): Promise<void> {
    try {
      const { keepOnDestroy } = (this.#sections["data"] ?? {}) as { keepOnDestroy?: boolean };
      if (keepOnDestroy !== false) {
        await this.configure({ data: { keepOnDestroy: false } });
        await this.up({ check: false });
      }
      await this.pulumi(["destroy", "--yes", "--skip-preview"], { timeoutSeconds: 600 });
    } finally {
      await this.forget();
    }
  }

  /**
   * Forgets a stack that has nothing anywhere: refused, destroyed, or its host is gone.
   * @param counted among what its updates are counted
   */
  async forget(counted: Tally = siteUpdates): Promise<void> {
    await this.#count(counted);
    if (this.#beside) {
      await this.pulumi(["stack", "rm", "--yes"], { check: false });
      await rm(this.file, { force: true });
    } else await this.#removeFolder();
  }

  /** What watches over an `up` may ask the CLI how it ended, which puts a note of its own where it finds none. */
  async #removeFolder(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  /**
   * Runs the CLI on this stack. With `record: false` its output is no part of what the secret scan reads; `via` is a
   * program that runs it, with its own arguments.
   */
  async pulumi(
    args: string[],
    {
      record = true,
      via = [],
      check = true,
      variables = {},
      ...options
    }: {
      input?: string;
      check?: boolean;
      timeoutSeconds?: number;
      record?: boolean;
      via?: string[];
      variables?: Record<string, string>;
    } = {},
  ): Promise<Result> {
    const environment = { ...this.environment(), ...variables };
    const cli = new Cli(process.env);
    const named = args[0] === "stack" && args[1] === "init" ? [] : ["--stack", this.name];
    const [program, ...command] = [...via, cli.path, ...args, ...named, "--non-interactive", "--color", "never"];
    const result = await run(program, command, {
      directory: this.folder,
      timeoutSeconds: 300,
      ...options,
      check: false,
      environment,
    });
    if (record) this.printed.push(result.stdout, result.stderr);
    if (check && result.code !== 0) {
      // What went wrong stands below this word, and all of it matters.
      const said = `${result.stdout}${result.stderr}`;
      throw new Error(
        `pulumi ${args.join(" ")}: exit code ${String(result.code)}\n${said.slice(Math.max(0, said.indexOf("Diagnostics:")))}`,
      );
    }
    return result;
  }

  /** Variables with which any CLI finds the stack's state. */
  environment(): Record<string, string> {
    return {
      ...new Cli(process.env).variables(process.env),
      PULUMI_BACKEND_URL: `file://${this.folder}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: join(this.folder, "passphrase"),
      SOCLE_STATE: this.hostState,
      SOCLE_EVIDENCE: join(this.folder, "evidence"),
    };
  }

  async #count(counted: Tally): Promise<void> {
    await tally(counted, (await updatesOf(this.folder, "socle", this.name)) + this.cutOff, this.name);
    this.cutOff = 0;
  }

  async #write(): Promise<void> {
    const { config: written = {}, ...rest } = await this.#written();
    const secrets = Object.entries(written).filter(([name]) => /^(secrets|credentials):/.test(name));
    const settings = Object.entries(this.#sections).map(([name, value]) => [`socle:${name}`, value]);
    await writeFile(
      this.file,
      stringify({ config: Object.fromEntries([...settings, ...secrets]) as unknown, ...rest }),
    );
  }

  /** The CLI keeps its salt and what it encrypted in the stack file. */
  async #written(): Promise<{ config?: Record<string, unknown> }> {
    const text = await readFile(this.file, "utf8").catch(() => "");
    return (parse(text) ?? {}) as { config?: Record<string, unknown> };
  }
}
