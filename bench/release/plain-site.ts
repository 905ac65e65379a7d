/** The sample site without Socle: brought up by Docker Compose, released by it or by a script. */
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { LoadedSite } from "../../test/lab/load.ts";
import { freePorts } from "../../test/lab/stack.ts";
import { Visitor } from "../../test/lab/visitor.ts";
import { docker, lines, run } from "../../test/lab/command.ts";

const administrator = "admin";

export class PlainSite implements LoadedSite {
  readonly #project = `bench-${randomBytes(3).toString("hex")}`;
  readonly #folder: string;
  readonly #ports: { http: number; https: number };
  readonly #password = randomBytes(12).toString("hex");
  readonly #compose: [string, ...string[]];
  readonly #administrators = new Map<string, Promise<Visitor>>();

  private constructor(folder: string, ports: { http: number; https: number }, compose: [string, ...string[]]) {
    this.#folder = folder;
    this.#ports = ports;
    this.#compose = compose;
  }

  /** With an administrator who can sign in. */
  static async start(compose: [string, ...string[]], image: string, token: string): Promise<PlainSite> {
    const site = new PlainSite(await mkdtemp(join(tmpdir(), "socle-bench-")), await freePorts(), compose);
    try {
      await site.#write(token);
      await site.composed(image, "first");
      await site.#run(["exec", "-T", "-e", `DJANGO_SUPERUSER_PASSWORD=${site.#password}`, "backend"], {
        words: ["python", "manage.py", "createsuperuser", "--noinput", "--username", administrator],
        more: ["--email", "admin@example.org"],
      });
    } catch (error) {
      await site.remove();
      throw error;
    }
    return site;
  }

  visitor(): Visitor {
    return new Visitor("localhost", this.#ports);
  }

  administrator(browser: string): Promise<Visitor> {
    const found = this.#administrators.get(browser) ?? this.#signedIn();
    this.#administrators.set(browser, found);
    return found;
  }

  /** `docker compose up` with an image. */
  async composed(image: string, release: string): Promise<void> {
    await this.#run(["up", "--detach", "--quiet-pull"], { image, release });
  }

  /** The blue-green script with an image. */
  async blueGreen(image: string, release: string): Promise<void> {
    const script = join(import.meta.dirname, "blue-green.sh");
    await run("sh", [script, this.#project, this.#folder, image, release], { timeoutSeconds: 600 });
  }

  async remove(): Promise<void> {
    const label = `label=com.docker.compose.project=${this.#project}`;
    for (const [removal, list] of [
      ["container rm --force --volumes", ["ps", "--all", "--quiet"]],
      ["network rm", ["network", "ls", "--quiet"]],
      ["volume rm --force", ["volume", "ls", "--quiet"]],
    ] as const) {
      const found = lines(await docker([...list, "--filter", label]));
      if (found.length > 0) await docker([...removal.split(" "), ...found]);
    }
    await rm(this.#folder, { recursive: true });
  }

  async #signedIn(): Promise<Visitor> {
    const visitor = this.visitor();
    const status = await visitor.signIn(administrator, this.#password);
    if (status !== 200) throw new Error(`the administrator's sign-in was answered ${status}`);
    return visitor;
  }

  async #write(token: string): Promise<void> {
    const origin = `https://localhost:${this.#ports.https}`;
    const variables = {
      ADMIN_TOKEN: token,
      ALLOWED_HOSTS: "localhost",
      CSRF_TRUSTED_ORIGINS: origin,
      DATABASE_URL: `postgres://site:${this.#password}@postgres:5432/site`,
      REDIS_URL: "redis://redis:6379/1",
      CELERY_BROKER_URL: "redis://redis:6379/0",
      SECRET_KEY: randomBytes(40).toString("hex"),
      THROTTLE_ANON: "1000000/minute",
      THROTTLE_USER: "1000000/minute",
    };
    const environment = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(this.#folder, "application.env"), environment.join(""), { mode: 0o600 });
    for (const file of ["compose.yaml", "prepare.sh", "serve.sh"])
      await cp(join(import.meta.dirname, file), join(this.#folder, file));
    const nginx = join(this.#folder, "nginx");
    await mkdir(nginx);
    await cp(join(import.meta.dirname, "nginx.conf"), join(nginx, "nginx.conf"));
    await writeFile(join(nginx, "upstream.conf"), "set $application backend;\n");
    const pem = join(nginx, "site.pem");
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", pem];
    await run("openssl", [
      "req",
      "-x509",
      ...key,
      "-subj",
      "/CN=localhost",
      "-days",
      "2",
      "-out",
      `${pem}.certificate`,
    ]);
    await run("sh", ["-c", 'cat "$1.certificate" >>"$1"', "join", pem]);
  }

  async #run(
    words: string[],
    { image = "", release = "", ...rest }: { image?: string; release?: string; words?: string[]; more?: string[] },
  ): Promise<void> {
    const [program, ...first] = this.#compose;
    const all = [...first, "--project-name", this.#project, "--file", join(this.#folder, "compose.yaml"), ...words];
    await run(program, [...all, ...(rest.words ?? []), ...(rest.more ?? [])], {
      environment: {
        ...{ SITE_IMAGE: image, RELEASE: release, PASSWORD: this.#password },
        PORT: String(this.#ports.https),
      },
      timeoutSeconds: 600,
    });
  }
}
