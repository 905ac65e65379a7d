// Releases of a running stack, good and bad, while visitors go on using it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, it } from "mocha";

import { docker, lines, run } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { containersOf, inspect, within } from "../lab/engine.ts";
import { Load } from "../lab/load.ts";
import { changingSite, ownSecrets } from "./local-site.ts";
import { Operator } from "../lab/operator.ts";

const minutes = 60_000;
const project = new URL("../../", import.meta.url).pathname;

describe("a release of a local stack", function () {
  this.timeout(8 * minutes);
  const site = changingSite.use();
  const underLoad = (action: (load: Load) => Promise<unknown>) => Load.during(site(), ownSecrets.ADMIN_TOKEN, action);
  const nothingChanges = () => site().stack.preview(["--expect-no-changes"]);

  it("that never gets healthy fails, and the former one keeps serving every request", async () => {
    const { release, services } = site().output;
    let said = "";
    const load = await underLoad(async () => {
      await site().stack.configure(site().changed("application", { healthPath: "/no/such/path/" }));
      const { code, stdout, stderr } = await site().stack.up({ check: false });
      assert.notEqual(code, 0);
      said = `${stdout}${stderr}`;
    });
    assert.deepEqual(load.failures, []);
    assert.deepEqual([...load.releases.keys()], [release], "nobody was answered by the new one");
    assert.match(said, /socle-e2e-\w+-backend-\w+ (is not healthy|was not healthy after 45 s)/);
    assert.match(said, /Its last health checks:\s+exit code 1 404/, "what the health check was answered");
    assert.match(said, /Its last log lines:[^]*Uvicorn running on/, "what the container said");
    assert.ok(
      (await site().containers("backend")).includes(services["backend"]?.container ?? ""),
      "the former one is there",
    );
  });

  it("that refuses the site's name, or breaks a page, gives the traffic back, and the former settings come back", async () => {
    const { release, services } = site().output;
    const { application } = site().stack.settings;
    const container = (service: string) => services[service]?.container ?? "";
    const beat = (await inspect(container("beat"))).Id;
    const refused = async (keys: Record<string, unknown>): Promise<string> => {
      await site().stack.configure(site().changed("application", { healthPath: "/health/", ...keys }));
      const { code, stdout, stderr } = await site().stack.up({ check: false });
      assert.notEqual(code, 0);
      assert.equal((await site().visitor().ask({ path: "/health/" })).headers["x-release"] ?? "", release);
      for (const service of ["backend", "worker"])
        assert.ok((await site().containers(service)).includes(container(service)), `the former ${service} is there`);
      assert.equal((await inspect(container("beat"))).Id, beat, "the former scheduler goes on");
      return `${stdout}${stderr}`;
    };
    const load = await underLoad(async (running) => {
      // Twice there and back, then the former settings.
      running.reloads = 5;
      await site().stack.configure(site().changed("site", { allowedHosts: ["elsewhere.test"] }));
      const unanswered = await refused({ commands: { health: ["python", "-c", "pass"] } });
      assert.match(unanswered, /no traffic was moved to it\.[^]*Host: localhost:\d+[^]*found +status 400/);
      assert.equal((await site().containers("worker")).length, 1, "no release, no worker of it");
      const { allowedHosts: _, ...rest } = site().stack.settings["site"] as Record<string, unknown>;
      await site().stack.configure({ site: rest });

      const image = await site().derivedImage("broken page", "echo nothing here >/app/spa/index.html");
      for (const attempt of ["first", "same again"]) {
        const broken = await refused({ image, commands: {} });
        assert.match(broken, /A smoke check failed\.\s+check +the front page\s+asked +GET https:\/\/localhost:\d+\/\s/);
        assert.match(broken, /expected +an answer with the text: \/assets\/app\.js[^]*answer +nothing here/);
        assert.match(broken, /The traffic is back on the former release/, attempt);
        assert.match(broken, /The last lines of socle-e2e-\w+-backend-\w+:/);
        assert.equal((await site().containers("worker")).length, 1, "the new release's worker is stopped");
      }
      await site().up({ application: { ...(application as object), healthPath: "/health/" } });
    });
    assert.deepEqual(load.failures, []);
    assert.equal(site().output.release, release);
    for (const service of ["backend", "worker", "beat"])
      assert.deepEqual(await site().containers(service), [site().container(service)], service);
    await nothingChanges();
  });

  it("of another image replaces the whole application: no request fails, no task is lost or done twice", async () => {
    const former = site().output;
    const image = await site().derivedImage("next release");
    const beats = new Beats(site().stack.prefix);
    // What a release before those that are kept has left, and what somebody put there.
    const [stale, foreign] = ["admin/css/base.0123456789ab.css", "notes.txt"];
    const inStatic = (...words: string[]) => within(site().container("backend"), words, { check: false });
    await inStatic("touch", `/srv/static/${stale}`, `/srv/static/${foreign}`);
    // A share of the visitors sees it first, and the others once somebody says so.
    const { release: settings } = site().stack.settings;
    const operator = new Operator(site().stack);
    const canary = join(site().stack.folder, "host", site().stack.prefix, "canary");
    const promoted = async (): Promise<string> => {
      await until("a share of the visitors sees the release", 240, () => Promise.resolve(existsSync(canary)));
      const { stdout } = await operator.socle(["promote", "--show"]);
      return stdout + (await operator.socle(["promote"])).stdout;
    };
    let said = "";
    const load = await underLoad(async (running) => {
      running.reloads = 2;
      const sections = site().changed("application", { image, healthPath: "/health/" });
      const up = beats.during(() =>
        site().up({ ...sections, ...site().changed("release", { canary: { share: 50, for: 0 } }) }),
      );
      [said] = await Promise.all([promoted(), up]);
    });
    assert.match(
      said,
      /^Release \S+ has been shown to 50 % of the visitors since .*, until it is promoted\.\nPromoted: /,
    );
    await site().up({ release: settings });
    assert.deepEqual(load.failures, []);
    const { release, services } = site().output;
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
    const state = join(site().stack.folder, "host", site().stack.prefix, "static");
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
    const wanted = await docker(["image", "inspect", "--format", "{{.Id}}", image]);
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

  it("leaves nothing to change, also after one that failed", nothingChanges);

  it("of a broken Nginx configuration is refused before it is loaded", async () => {
    const { prefix } = site().stack;
    const current = async () => (await within(site().container("nginx"), ["readlink", "/etc/socle/current"])).stdout;
    const former = await current();
    const words = [
      `${prefix}-nginx`,
      "nginx:1.26",
      `${prefix}-nginx-configuration`,
      `${prefix}-certificates`,
      "broken",
      ...["6", "0", `${prefix}-edge`, `${site().container("backend")}:8000`],
      ...["60", "/health/", "localhost", "-", "broken"],
    ];
    const attempt = await run("sh", ["host/run.sh", "nginx/apply.sh", ...words], {
      directory: project,
      input: "events {}\nhttp { no_such_directive; }\n",
      check: false,
    });
    assert.notEqual(attempt.code, 0);
    assert.match(attempt.stderr, /unknown directive "no_such_directive"/);
    assert.match(attempt.stderr, /the former one goes on serving/);
    assert.equal(await current(), former);
    assert.equal((await site().visitor().ask({ path: "/health/" })).status, 200);
    await until("no half configuration is left", 5, async () => {
      const { stdout } = await within(site().container("nginx"), ["ls", "/etc/socle"]);
      return !stdout.includes("broken");
    });
  });
});

/** Watches a stack's schedulers, and how its containers end. */
class Beats {
  most = 0;
  /** Services whose container had to be killed. */
  readonly killed: string[] = [];
  readonly #stack: string;

  constructor(stack: string) {
    this.#stack = stack;
  }

  async during(action: () => Promise<unknown>): Promise<void> {
    const format = '{{index .Actor.Attributes "socle.service"}} {{.Action}} {{index .Actor.Attributes "exitCode"}}';
    const filters = ["type=container", `label=socle.stack=${this.#stack}`].flatMap((filter) => ["--filter", filter]);
    const running = new Set(await containersOf(this.#stack, "beat"));
    this.most = running.size;
    const events = spawn(
      "docker",
      ["events", ...filters, "--filter", "event=start", "--filter", "event=die", "--format", `${format} {{.ID}}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let now = running.size;
    createInterface(events.stdout).on("line", (line) => {
      const [service, action = "", code] = line.split(" ");
      if (action === "die" && code === "137") this.killed.push(service ?? "");
      if (service !== "beat") return;
      now += action === "start" ? 1 : -1;
      this.most = Math.max(this.most, now);
    });
    try {
      await action();
    } finally {
      events.kill();
    }
  }
}
