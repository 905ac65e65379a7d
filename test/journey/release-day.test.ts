// Days of releases, as docs/releases.md tells a newcomer to make them: a good one, a bad one, a mistake, and the way back
// from each, while visitors go on using the site.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { after, before, type Context, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { previewMigrations, UnapprovedError } from "../../migration/preview.ts";
import { readStackFile } from "../../operations/check/stack-file.ts";
import type { History } from "../../operations/release-history.ts";
import { docker, lines, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { inspect, psql, within } from "../lab/engine.ts";
import { Load } from "../lab/load.ts";
import { Operator } from "../lab/operator.ts";
import { announced, keepsItsWordWith } from "../lab/plan.ts";
import { quietly } from "../lab/token.ts";
import { ownSite } from "./own-site.ts";
import { Beats } from "./release-day/beats.ts";
import { irreversibleImage } from "./release-day/irreversible.ts";
import { Page } from "./release-day/page.ts";
import { loaded, loadedSecrets } from "./settings.ts";

const minutes = 60_000;
const project = join(import.meta.dirname, "..", "..");

const site = ownSite(loaded(), { secrets: loadedSecrets });
const page = new Page(site);
const irreversible = (): string => `socle-e2e-irreversible-${site().stack.name}`;
let operator: Operator;
before(() => {
  operator = new Operator(site().stack);
});
after(async () => {
  await page.removeImages();
  await docker(["image", "rm", "--force", irreversible()]);
});

const underLoad = (context: Context, action: (load: Load) => Promise<unknown>): Promise<Load> =>
  quietly(context, () => Load.during(site(), loadedSecrets.ADMIN_TOKEN, action));
const history = () => operator.json<History>(["releases"]);
const outputs = async () => (site().output = await site().stack.outputs());
const answers = async (): Promise<void> => {
  assert.equal((await site().visitor().ask({ path: "/health/" })).status, 200);
};
/** A variable of the application, as the backend has it. */
const variable = async (name: string): Promise<string> =>
  (await operator.socle(["exec", "backend", "--", "sh", "-c", `echo "$${name}"`])).stdout.trim();
/** Refused, it is by its announced length alone; taken, the server waits for the whole of it. */
const uploadOf6MB = async (sent: boolean): Promise<number> => {
  const size = 6 * 1024 * 1024;
  const body = sent ? { body: Buffer.alloc(size) } : {};
  const headers = { "Content-Length": String(size) };
  return (
    await site()
      .visitor()
      .ask({ method: "POST", path: "/api/copies/", headers, ...body })
  ).status;
};
const named = (service: string): string => `${site().stack.prefix}-${service}`;
/** Containers among what was replaced. */
const replaced = (deeds: Record<string, string[]>): string[] =>
  ["postgres", "redis", "backup", "nginx", "beat"]
    .filter((name) => deeds[name]?.includes("replace"))
    .concat(["backend", "worker"].filter((service) => deeds[named(service)]?.includes("replace")))
    .sort();
const replacedFirst = ["create-replacement", "delete-replaced", "replace"];
const applied = async (): Promise<string[]> => {
  const sql = "SELECT name FROM django_migrations WHERE app = 'guarded' ORDER BY name";
  return lines(await docker(["exec", site().container("postgres"), ...psql(), "-c", sql]));
};

describe("a release of a local stack", function () {
  this.timeout(8 * minutes);
  let deeds: Record<string, string[]>;
  let former: ReturnType<typeof site>["output"];

  it("of another image replaces the whole application: no request fails, no task is lost or done twice", async function () {
    former = site().output;
    const beats = new Beats(site().stack.prefix);
    // What a release before those that are kept has left, and what somebody put there.
    const [stale, foreign] = ["admin/css/base.0123456789ab.css", "notes.txt"];
    const inStatic = (...words: string[]) => within(site().container("backend"), words, { check: false });
    await inStatic("touch", `/srv/static/${stale}`, `/srv/static/${foreign}`);
    // A share of the visitors sees it first, and the others once somebody says so.
    await site().stack.configure({
      ...site().changed("release", { canary: { share: 50, for: 0 } }),
      ...site().changed("site", { domains: ["localhost", "www.site.test"] }),
    });
    const canary = join(site().stack.hostState, site().stack.prefix, "canary");
    const promoted = async (): Promise<string> => {
      await until("a share of the visitors sees the release", 240, () => Promise.resolve(existsSync(canary)));
      const { stdout } = await operator.socle(["promote", "--show"]);
      return stdout + (await operator.socle(["promote"])).stdout;
    };
    await page.follow();
    const load = await underLoad(this, async (running) => {
      running.reloads = 2;
      const release = beats.during(async () => {
        deeds = await keepsItsWordWith(site().stack, (variables) => page.follow({ variables }));
      });
      const [said] = await Promise.all([promoted(), release]);
      assert.match(
        said,
        /^Release \S+ has been shown to 50 % of the visitors since .*, until it is promoted\.\nPromoted: /,
      );
    });
    assert.deepEqual(load.failures, []);
    const { release, services } = await outputs();
    assert.notEqual(release, former.release);
    assert.deepEqual(
      [...load.releases.keys()].sort(),
      [former.release, release].sort(),
      "both served, one after the other",
    );
    assert.ok(
      load.listeners.every(({ connections }) => connections > 1),
      "open pages were cut, and came back at once",
    );

    const { stdout: found } = await inStatic("find", "/srv/static", "-type", "f", "-printf", "%P\\n");
    const files = lines(found);
    assert.deepEqual([files.includes(stale), files.includes(foreign)], [false, true], "pruned, and left alone");
    const state = join(site().stack.hostState, site().stack.prefix, "static");
    for (const one of [former.release, release]) {
      const names = lines(await readFile(join(state, one), "utf8"));
      assert.ok(names.length > 100 && names.every((name) => files.includes(name)), `${one}: all its files are there`);
    }

    const entries = await load.entries();
    const twice = load.ordered.filter((id) => entries.get(id)?.runs !== 1);
    assert.deepEqual(twice, [], "tasks that ran more than once");
    assert.ok(
      load.ordered.length > 20 && load.uploaded.length > 10 && load.requests > 500,
      `too little: ${load.requests} requests`,
    );

    assert.equal(beats.most, 1, "schedulers at one time");
    assert.deepEqual(beats.killed, [], "containers that did not end by themselves");
    const wanted = await docker(["image", "inspect", "--format", "{{.Id}}", `${page.images}:2`]);
    for (const service of ["backend", "worker", "beat"]) {
      assert.deepEqual(
        await site().containers(service),
        [services[service]?.container],
        `${service}: the former one is gone`,
      );
      assert.equal((await inspect(site().container(service))).Image, wanted);
    }
    assert.equal(services["nginx"]?.container, former.services["nginx"]?.container);
  });

  it("of image, settings and a domain did what its plan named: certificate, Nginx's configuration, the application", () => {
    assert.deepEqual(replaced(deeds), ["backend", "beat", "worker"]);
    assert.deepEqual(deeds["nginx-configuration-loaded"], ["update"]);
    assert.deepEqual(deeds["certificate-self-signed"], replacedFirst);
  });

  it("is recorded, and its settings are there", async () => {
    const { releases, flaws } = await history();
    assert.deepEqual(flaws, []);
    const last = releases.at(-1)!;
    assert.deepEqual([last.number, last.result, last.released.image], [2, "succeeded", `${page.images}:2`]);
    assert.equal(last.released.digest, site().output.services["backend"]!.digest);
    assert.equal(await variable("GREETING"), "Hullo");
    assert.equal(await uploadOf6MB(false), 413);
    await site().stack.preview(["--expect-no-changes"]);
  });

  it("of a broken Nginx configuration is refused before it is loaded", async () => {
    const { prefix } = site().stack;
    const current = async () => (await within(site().container("nginx"), ["readlink", "/etc/socle/current"])).stdout;
    const before = await current();
    const words = [
      ...[`container=${prefix}-nginx`, "image=nginx:1.26", `volume=${prefix}-nginx-configuration`],
      ...[`network=${prefix}-edge`, `certificates=${prefix}-certificates`, "configuration=broken", "drain=6"],
      ...[`upstream=${site().container("backend")}:8000`, "start=60", "health=/health/", "domains=localhost"],
      ...["release=broken", "hold=0"],
    ];
    const attempt = await run("sh", ["host/run.sh", "nginx/apply.sh", ...words], {
      directory: project,
      input: "events {}\nhttp { no_such_directive; }\n",
      check: false,
    });
    assert.notEqual(attempt.code, 0);
    assert.match(attempt.stderr, /unknown directive "no_such_directive"/);
    assert.match(attempt.stderr, /the former one goes on serving/);
    assert.equal(await current(), before);
    await answers();
    await until("no half configuration is left", 5, async () => {
      const { stdout } = await within(site().container("nginx"), ["ls", "/etc/socle"]);
      return !stdout.includes("broken");
    });
  });
});

describe("a bad release of a local stack, with a migration without a way back (row 12)", function () {
  this.timeout(8 * minutes);
  let former: ReturnType<typeof site>["output"];
  const broken = (): string => `${page.images}:broken`;

  it("would be refused in production until the migration is approved", async () => {
    former = site().output;
    await site().stack.pulumi(["config", "rm", "--path", "socle:release.canary"]);
    await irreversibleImage(irreversible());
    await page.follow({ base: irreversible() });
    const { project: name, configuration } = readStackFile(site().stack.folder, site().stack.name);
    const model = environmentModel(name, site().stack.name, configuration);
    const production = {
      ...model,
      tier: "production" as const,
      images: { ...model.images, application: broken() },
    };
    const notes = { info: () => undefined, warn: () => undefined };
    await assert.rejects(
      previewMigrations(name, site().stack.name, production, site().output, notes),
      (error: Error) => {
        assert.ok(error instanceof UnapprovedError);
        assert.match(error.message, /guarded\.0002_final: pending in production and not approved/);
        assert.match(error.message, /socle:migrations: \{ approved: \[.*guarded\.0002_final\] \}/);
        return true;
      },
    );
  });

  it("never gets healthy and fails, and the former one keeps serving every request", async function () {
    const beat = (await inspect(former.services["beat"]!.container)).Id;
    let shown = "";
    const load = await underLoad(this, async () => {
      const { stdout, stderr } = await page.follow();
      shown = `${stdout}${stderr}`;
    });
    assert.deepEqual(load.failures, []);
    assert.deepEqual([...load.releases.keys()], [former.release], "nobody was answered by the new one");
    assert.match(shown, /migration guarded\.0002_final {2}\(irreversible: RunPython has no reverse\)/);
    assert.match(shown, /- Add field color to Thing/);
    assert.match(shown, /! data: runs Python code/);
    assert.match(shown, /socle-e2e-\w+-backend-\w+ (is not healthy|was not healthy after \d+ s|ends again and again)/);
    assert.match(shown, /Its last log lines:[^]*core\.asgi/, "what the container said");
    for (const service of ["backend", "worker"])
      assert.ok(
        (await site().containers(service)).includes(former.services[service]!.container),
        `the former ${service} is there`,
      );
    assert.equal((await site().containers("worker")).length, 1, "no release, no worker of it");
    assert.equal((await inspect(former.services["beat"]!.container)).Id, beat, "the former scheduler goes on");
  });

  it("is recorded as failed, and would be tried again by the next `up`", async () => {
    // It is written when the engine is done, which is a little after the command's end.
    const last = await until("the failure is recorded", 30, async () => {
      const latest = (await history()).releases.at(-1)!;
      return latest.result === "failed" && latest;
    });
    assert.equal(last.released.image, broken());
    assert.notEqual(last.reason, "");
    assert.notEqual(last.who, "");
    const plan = await announced(site().stack);
    assert.ok(
      plan.some((step) => step.startsWith("update") && step.endsWith(" nginx-configuration-loaded")),
      plan.join("\n"),
    );
  });

  it("keeps the schema, which cannot be taken back", async () => {
    assert.deepEqual(await applied(), ["0001_initial", "0002_final"]);
    const words = ["migrations", "reverse", "guarded.0001_initial", "--image", broken(), "--yes"];
    const back = await operator.socle(words, { check: false });
    assert.equal(back.code, 1);
    assert.match(back.stderr, /no way back over guarded\.0002_final: RunPython has no reverse. Nothing was changed/);
    assert.match(back.stderr, /restore the backup from before, which loses everything that was written since/);
  });

  it("leaves settings that a rollback brings back to what serves: the code goes back, the schema stays", async () => {
    const { stdout } = await page.follow();
    assert.match(stdout, /application\.image: ".*:broken" → ".*:2"/);
    assert.match(stdout, /^Schema: {3}kept as it is \([^)]*guarded\.0002_final\)/m);
    assert.match(stdout, /socle migrations reverse [^\n]*guarded\.\S+[^\n]* --image socle-e2e-page-/);
    assert.match(stdout, /with what that loses: socle restore/);
    assert.match(stdout, /^backend +healthy/m);
    assert.deepEqual(await applied(), ["0001_initial", "0002_final"]);
    const { release, services } = await outputs();
    assert.equal(release, former.release);
    for (const service of ["backend", "worker", "beat"])
      assert.deepEqual(await site().containers(service), [services[service]?.container], service);
  });

  it("leaves nothing to change after that", async () => {
    await site().stack.preview(["--expect-no-changes"]);
  });
});

describe("a release of a local stack that was a mistake", function () {
  this.timeout(8 * minutes);
  let deeds: Record<string, string[]>;
  let kept: Record<string, string | undefined>;
  const others = async (): Promise<Record<string, string | undefined>> => {
    const services = ["nginx", "redis", "backup"];
    const found = await Promise.all(services.map(async (service) => (await inspect(site().container(service))).Id));
    return Object.fromEntries(services.map((service, index) => [service, found[index]]));
  };

  it("is taken back by one command, image and settings of application and Nginx", async () => {
    const password = site().output.adminPassword ?? "";
    kept = await others();
    // What a rollback leaves as it is now is brought to the host with it.
    await site().stack.pulumi(["config", "set", "--path", "socle:postgres.maxConnections", "80"]);
    await site().stack.pulumi(["config", "set", "--path", "socle:rotation.adminPassword", "2"]);
    let said = "";
    deeds = await keepsItsWordWith(site().stack, async (variables) => {
      said = (await page.follow({ variables })).stdout;
    });
    assert.equal(page.left, 0, "every block of the page was run");
    assert.match(said, /application\.image: ".*:2" → "socle-example-site:dev"/);
    assert.match(said, /application\.environment\.GREETING: "Hullo" → \(not set\)/);
    assert.match(said, /site\.maxBodySize: 5 → \(not set\)/);
    assert.match(said, /^Release 1 serves again;/m);
    await outputs();
    assert.equal(await variable("GREETING"), "");
    assert.notEqual(await uploadOf6MB(true), 413);
    assert.equal(await site().visitor().signIn("admin", password), 401, "the administrator's former password");
    assert.equal(
      await site()
        .visitor()
        .signIn("admin", site().output.adminPassword ?? ""),
      200,
    );
    await answers();
  });

  it("took what its plan named: PostgreSQL's and the application's containers, Nginx's configuration, no other", async () => {
    assert.deepEqual(replaced(deeds), ["backend", "beat", "postgres", "worker"]);
    assert.deepEqual(deeds["nginx-configuration-loaded"], ["update"]);
    assert.deepEqual(deeds["certificate-self-signed"], replacedFirst);
    assert.deepEqual(deeds["secrets-admin-password"], replacedFirst);
    assert.deepEqual(await others(), kept);
  });

  it("leaves nothing to change when all of it is done", async () => {
    await site().stack.preview(["--expect-no-changes"]);
  });
});
