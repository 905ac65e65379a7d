// Releases of the sample site with an application whose migrations fail: their images, and the task that migrates.
import { spawn } from "node:child_process";
import { join } from "node:path";

import { wordsOf } from "../unit/components/command-line.ts";
import { docker, lines, type Result, run } from "./command.ts";
import { psql } from "./engine.ts";
import { Ground } from "./ground.ts";
import type { LocalSite } from "./running-site.ts";

const project = join(import.meta.dirname, "..", "..");
/** Seconds that a run of the task may take. */
const patience = 90;
const context = join(import.meta.dirname, "guarded");

export interface Running {
  /** Output and errors so far. */
  said: string;
  readonly code: Promise<number>;
  kill: () => void;
}

export class Guarded {
  readonly #site: LocalSite | Ground;
  readonly #words: readonly string[];
  readonly #images = new Map<string, string>();

  private constructor(site: LocalSite | Ground, words: readonly string[]) {
    this.#site = site;
    this.#words = words;
  }

  /** On a whole site, which runs its own task only, or on a ground, whose task can be run here. */
  static async of(site: LocalSite | Ground): Promise<Guarded> {
    return new Guarded(site, site instanceof Ground ? wordsOf(await site.command("migrate")) : []);
  }

  /** The image with some of the migrations in guarded/migrations, besides the first one; with a front page that is not one. */
  async image(...names: string[]): Promise<string> {
    const broken = names.includes("broken page");
    const tag = `socle-e2e-image:${this.#site.stack.name}-${names.join("-").replace(" ", "-")}`;
    if (!this.#images.has(tag)) {
      const kept = ["__init__", "0001_initial", ...names].map((name) => `! -name '${name}.py'`).join(" ");
      const file = `FROM socle-example-site:dev
ENV DJANGO_SETTINGS_MODULE=guarded_settings
COPY . /app/
USER root
${broken ? "RUN echo nothing here >/app/spa/index.html" : ""}
RUN cd /app/guarded/migrations && find . -type f ${kept} -delete && sed -i 's/"0002"/"${names[0] ?? ""}"/' *.py && chmod -R a+rX /app
USER 10001:10001
`;
      await docker(["build", "--quiet", "--tag", tag, "--file", "-", context], { input: file });
      this.#images.set(tag, await docker(["image", "inspect", "--format", "{{.Id}}", tag]));
    }
    return tag;
  }

  /** Runs the stack's own task for another image, with some of its settings replaced. A backup is made where one is named. */
  async migrate(image: string, settings: Record<string, string> = {}): Promise<Result> {
    const [program = "", ...words] = this.#command(image, settings);
    return run(program, words, {
      directory: project,
      environment: this.#site.stack.environment(),
      check: false,
      timeoutSeconds: patience,
    });
  }

  /** The same, in the background; `kill` takes all that it started with it. */
  start(image: string): Running {
    const [program = "", ...words] = this.#command(image, {});
    const child = spawn(program, words, {
      cwd: project,
      env: { ...process.env, ...this.#site.stack.environment() },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const running: Running = {
      said: "",
      code: new Promise((resolve) => {
        child.on("close", (code) => {
          resolve(code ?? -1);
        });
      }),
      kill: () => {
        // A process group of its own: the script and its docker clients.
        process.kill(-(child.pid ?? 0), "SIGKILL");
      },
    };
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => (running.said += chunk.toString()));
    return running;
  }

  /** Only the first migration is applied, and nothing runs. */
  async reset(): Promise<void> {
    await run("docker", ["rm", "--force", "--volumes", `${this.#site.stack.prefix}-migrate`], { check: false });
    await this.sql(
      "DROP TABLE IF EXISTS guarded_thing, guarded_go",
      "CREATE TABLE guarded_go ()",
      "CREATE TABLE guarded_thing (id bigint PRIMARY KEY, name varchar(20) NOT NULL)",
      "INSERT INTO guarded_thing SELECT number, 'thing' FROM generate_series(1, 100) number",
      "ALTER TABLE guarded_thing OWNER TO site",
      "ALTER TABLE guarded_go OWNER TO site",
      "DELETE FROM django_migrations WHERE app = 'guarded'",
      "INSERT INTO django_migrations (app, name, applied) VALUES ('guarded', '0001_initial', now())",
    );
  }

  #command(image: string, given: Record<string, string>): string[] {
    const id = this.#images.get(image) ?? "";
    const settings: Record<string, string> = { backup: "", ...given };
    const replaced = this.#words.map((word) => {
      const name = word.slice(0, word.indexOf("="));
      if (name === "container") return word.replace(/sha256:[0-9a-f]{64}/, id);
      return name in settings ? `${name}=${settings[name] ?? ""}` : word;
    });
    const further = Object.entries(settings).filter(([name]) => !replaced.some((word) => word.startsWith(`${name}=`)));
    return [...replaced, ...further.map(([name, value]) => `${name}=${value}`)];
  }

  /** SQL in the site's database; answers with its lines. */
  async sql(...statements: string[]): Promise<string[]> {
    const words = statements.flatMap((statement) => ["--command", statement]);
    return lines(await docker(["exec", this.#site.container("postgres"), ...this.#psql, ...words]));
  }

  /** Holds a transaction open after these statements, until it is closed. */
  transaction(...statements: string[]): { close: () => Promise<void> } {
    const child = spawn("docker", ["exec", "--interactive", this.#site.container("postgres"), ...this.#psql], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    child.stdin.on("error", () => undefined);
    child.stdin.write(["BEGIN", ...statements].map((statement) => `${statement};\n`).join(""));
    const ended = new Promise<void>((resolve) => {
      child.on("exit", () => {
        resolve();
      });
    });
    return {
      close: () => {
        child.stdin.end();
        return ended;
      },
    };
  }

  get #psql(): string[] {
    const { database } = (this.#site.stack.settings["postgres"] ?? {}) as { database?: string };
    return psql(database);
  }

  /** Lets the slow migration end. */
  async go(): Promise<void> {
    await this.sql("INSERT INTO guarded_go DEFAULT VALUES");
  }

  /** Migrations of the application that are applied. */
  async applied(): Promise<string[]> {
    return this.sql("SELECT name FROM django_migrations WHERE app = 'guarded' ORDER BY name");
  }

  async columns(): Promise<string[]> {
    return this.sql(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'guarded_thing'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
    );
  }

  /** How many backups were made for releases. */
  async backups(): Promise<number> {
    const history = await docker([
      "exec",
      this.#site.container("backup"),
      "sh",
      "-c",
      "cat /backups/history.jsonl 2>/dev/null || true",
    ]);
    return lines(history).filter((line) => line.includes('"family":"release"') && line.includes('"passed"')).length;
  }

  async remove(): Promise<void> {
    await this.sql(
      "DROP TABLE IF EXISTS guarded_thing, guarded_go",
      "DELETE FROM django_migrations WHERE app = 'guarded'",
    );
    for (const image of this.#images.keys()) await docker(["image", "rm", "--force", image]);
  }
}
