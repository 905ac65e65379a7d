// The traffic moves from one backend to another, and back: Nginx is real, its configuration the product's own.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text as textOf } from "node:stream/consumers";

import { after, before, beforeEach, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { nginxConfiguration } from "../../config/nginx-configuration.ts";
import { smokeCheckLines, smokeChecks } from "../../config/smoke-checks.ts";
import { changed, dev, project, read } from "../unit/config/stack.ts";
import { until } from "../lab/deadline.ts";
import { docker, Folder, runScript, scripts } from "./machine.ts";

const image = "nginx:1.26";

describe("the switch of traffic", function () {
  this.timeout(300_000);
  const name = `socle-switch-${randomBytes(3).toString("hex")}`;
  const nginx = `${name}-nginx`;
  const made: string[] = [];
  const state = new Folder();
  /**
   * A backend, which says who it is, and answers to the site's name only; or a worker, which says what it is told. Where a
   * health check is given, the engine asks it every second.
   */
  const stub = (service: string, ending: string, health?: string): string => {
    const container = `${name}-${ending}`;
    // The first who asks for /once is answered, and nobody else within a minute.
    const once = "limit_req_zone $server_name zone=once:64k rate=1r/m; limit_req_status 500;";
    const configuration = `${once} server { listen 8000; server_name localhost; location = /health/ { return 200 "well\\n"; } location /broken { return 500; } location = /once { limit_req zone=once; try_files /none @once; } location @once { return 200 "once\\n"; } location / { return 200 "front page of ${ending}\\n"; } } server { listen 8000 default_server; return 400 "bad name\\n"; }`;
    const labels = [`--label=socle.stack=${name}`, `--label=socle.service=${service}`];
    const serve = `printf '%s' '${configuration}' >/etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'`;
    const work = "trap 'echo rests' TTOU; trap 'echo works' TTIN; trap exit TERM QUIT; while :; do sleep 0.1; done";
    const start = service === "worker" ? work : serve;
    docker(
      "run",
      "--detach",
      "--name",
      container,
      `--network=${name}`,
      ...labels,
      ...(health === undefined ? [] : [`--health-cmd=${health}`, "--health-interval=1s", "--health-retries=1"]),
      "--entrypoint=sh",
      image,
      "-c",
      start,
    );
    made.push(container);
    return container;
  };
  const move = (
    backend: string,
    {
      checks = {},
      domains = "localhost",
      worker = "",
      text = (all: string) => all,
      canary = undefined as undefined | { share: number; seconds: number; errors: number },
      hold = 0,
    } = {},
  ): { status: number | null; said: string; configuration: string } => {
    const model = environmentModel(project, "trial", read(changed(dev(), { nginx: { drain: 2 }, ...checks })));
    const configuration = nginxConfiguration(model, { container: backend, frontend: undefined });
    const words = {
      ...{ container: nginx, image, volume: name, network: name, certificates: `${name}-certificates` },
      ...{ configuration: configuration.name, drain: "2", hold: String(hold), release: backend },
      ...{ upstream: `${backend}:8000`, start: "20", health: "/health/", domains },
      ...(worker === "" ? {} : { worker, worker_start: "20" }),
      ...Object.fromEntries(Object.entries(canary ?? {}).map(([part, value]) => [`canary_${part}`, String(value)])),
    };
    const { status, stdout, stderr } = runScript("nginx/apply.sh", words, {
      input: `${text(configuration.text)}${smokeCheckLines(smokeChecks(model))}`,
      environment: { SOCLE_STATE: state.path },
    });
    return { status, said: `${String(stdout)}${String(stderr)}`, configuration: configuration.name };
  };
  const serving = (): string =>
    docker("exec", nginx, "curl", "-sk", "--connect-to", "::127.0.0.1:8443", "https://localhost/").trim();
  const logs = (container: string): string => {
    const { stdout, stderr } = spawnSync("docker", ["logs", container], { encoding: "utf8" });
    return `${stdout}${stderr}`;
  };
  const runs = (container: string): boolean => docker("inspect", "--format={{.State.Running}}", container) === "true";
  const front = (contains: string) => ({ "release.smokeChecks": [{ name: "the front page", path: "/", contains }] });

  before(() => {
    docker("network", "create", name);
    docker("volume", "create", name);
    docker("volume", "create", `${name}-certificates`);
    const key =
      "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days 1 -keyout /tmp/key -out /tmp/chain 2>/dev/null && cat /tmp/chain /tmp/key";
    const { stdout: pair } = spawnSync("sh", ["-c", key.replaceAll("/tmp/", `/tmp/${name}-`)], { encoding: "utf8" });
    spawnSync("sh", ["-c", `rm -f /tmp/${name}-key /tmp/${name}-chain`]);
    const volumes = ["--user=0:0", "--volume", `${name}:/a`, "--volume", `${name}-certificates:/b`];
    const put = "cat >/b/site.pem && chown -R 101:101 /a /b && chmod 0400 /b/site.pem";
    spawnSync("docker", ["run", "--rm", "--interactive", ...volumes, "--entrypoint=sh", image, "-ec", put], {
      input: pair,
    });
    stub("backend", "a");
  });
  after(() => {
    state.remove();
    docker("rm", "--force", "--volumes", nginx, ...made);
    docker("volume", "rm", name, `${name}-certificates`);
    docker("network", "rm", name);
  });

  it("asks the new backend before Nginx runs, as Nginx will", () => {
    const refused = move(`${name}-a`, { domains: "localhost,www.example.org" });
    assert.notEqual(refused.status, 0);
    assert.match(refused.said, /no traffic was moved to it\.[^]*Host: www\.example\.org[^]*found +status 400/);
    assert.match(refused.said, /answer +bad name/);
    assert.match(refused.said, new RegExp(`The last lines of ${name}-a:`));
    const moved = move(`${name}-a`);
    assert.equal(moved.status, 0, moved.said);
    const start = readFileSync(join(scripts, "nginx/start.sh"), "utf8");
    const mounts = [`${name}:/etc/socle:ro`, `${name}-certificates:/etc/certificates:ro`].flatMap((mount) => [
      "--volume",
      mount,
    ]);
    const posture = [
      "--user=101:101",
      "--tmpfs=/tmp:uid=101",
      "--tmpfs=/var/cache/socle:uid=101",
      "--restart=unless-stopped",
    ];
    docker(
      "run",
      "--detach",
      "--name",
      nginx,
      `--network=${name}`,
      ...posture,
      ...mounts,
      "--entrypoint=sh",
      image,
      "-c",
      start,
    );
    const checked = runScript("nginx/check.sh", [
      nginx,
      "identity",
      "#: check a\n#: ask GET https://localhost/\n#: status 200\n#: contains page of a\n#: within 5\n#: end\n",
    ]);
    assert.equal(checked.status, 0, checked.stderr.toString());
    assert.equal(serving(), "front page of a");
  });

  describe("to another backend", () => {
    let next: string;
    let turn = 0;
    beforeEach(() => {
      turn += 1;
      next = stub("backend", `b${String(turn)}`);
    });
    const former = (): string => serving();

    it("takes place, and the logs of Nginx and backend say so", () => {
      const { status, said, configuration } = move(next, { checks: front("page of b1") });
      assert.equal(status, 0, said);
      assert.equal(serving(), "front page of b1");
      for (const container of [nginx, next])
        assert.match(
          logs(container),
          new RegExp(`socle: release ${next} serves since .*, configuration ${configuration}`),
        );
    });

    it("does not take place where it refuses one of the site's names", () => {
      const before = former();
      const { status, said } = move(next, { domains: "localhost,elsewhere.test" });
      assert.notEqual(status, 0);
      assert.match(said, /found +status 400/);
      assert.equal(serving(), before);
    });

    it("does not take place with a configuration that nginx -t refuses", () => {
      const before = former();
      const { status, said } = move(next, { text: (all) => all.replace("server_tokens off;", "no_such_directive;") });
      assert.notEqual(status, 0);
      assert.match(said, /unknown directive "no_such_directive"[^]*the former one goes on serving/);
      assert.equal(serving(), before);
    });

    it("is taken back where a smoke check fails; the new worker stops, an only one never does", () => {
      const before = former();
      const only = stub("worker", "w0");
      const first = move(next, { checks: front("no such text"), worker: only });
      assert.notEqual(first.status, 0);
      assert.match(first.said, /A smoke check failed\.\s+check +the front page\s+asked +GET https:\/\/localhost\/\s/);
      assert.match(
        first.said,
        /expected +an answer with the text: no such text\s+found +one without it\s+answer +front page of b4/,
      );
      assert.match(first.said, /The traffic is back on the former release/);
      assert.equal(serving(), before);
      assert.ok(runs(only) && runs(next), "nothing of it is gone");

      const worker = stub("worker", "w1");
      assert.notEqual(move(next, { checks: front("no such text"), worker }).status, 0);
      assert.ok(runs(only) && !runs(worker));
      assert.equal(logs(only), "rests\nworks\n", "the former worker rests while the release serves");
      assert.equal(serving(), before);
      const mended = move(next, { worker });
      assert.equal(mended.status, 0, mended.said);
      assert.ok(runs(worker), "it works again once its release serves");
      assert.deepEqual([logs(only), logs(worker)], ["rests\nworks\nrests\n", ""]);
      assert.equal(serving(), "front page of b4");
    });

    it("names status, header and silence as found", () => {
      for (const [check, said] of [
        [{ path: "/", status: 204 }, /expected +status 204\s+found +status 200/],
        [
          { path: "/", header: { name: "X-Frame-Options", value: "SAME" } },
          /expected +header X-Frame-Options: SAME\s+found +X-Frame-Options: DENY/i,
        ],
        [{ path: "/", header: { name: "X-Other", value: "a" } }, /found +no header X-Other/],
      ] as const) {
        const found = move(next, { checks: { "release.smokeChecks": [{ name: "a check", ...check }] } });
        assert.notEqual(found.status, 0);
        assert.match(found.said, said);
      }
      const met = {
        path: "/",
        header: { name: "x-frame-options", value: "DE" },
        headers: { Accept: "text/*" },
        method: "HEAD",
      };
      const { status, said } = move(next, { checks: { "release.smokeChecks": [{ name: "a check", ...met }] } });
      assert.equal(status, 0, said);
    });

    it("is taken back where a smoke check passes at first and fails after the hold", () => {
      const before = former();
      const { status, said } = move(next, {
        checks: { "release.smokeChecks": [{ name: "a page", path: "/once", status: 200 }] },
        hold: 1,
      });
      assert.notEqual(status, 0);
      assert.match(said, /A smoke check failed\.\s+check +a page[^]*found +status 500/);
      assert.match(said, /The traffic is back on the former release/);
      assert.equal(serving(), before);
    });

    it("is not taken back to a release that is gone", () => {
      assert.equal(move(next).status, 0);
      docker("stop", "--time=0", ...made.filter((container) => /-b\d+$/.test(container) && container !== next));
      const { status, said } = move(next, { checks: front("no such text") });
      assert.notEqual(status, 0);
      assert.match(said, /There is no former release that could serve again; this one goes on\./);
      assert.match(serving(), /^front page of b7$/);
    });

    it("survives the end of Nginx in the middle: it comes back with the new release", () => {
      const pid = docker("inspect", "--format={{.State.Pid}}", nginx);
      spawn("sh", ["-c", `sleep 1; kill -9 ${pid}`], { stdio: "ignore" });
      const { status, said } = move(next);
      assert.equal(status, 0, said);
      assert.equal(serving(), "front page of b8");
    });

    it("does not take place where backend or worker does not get well: both are stopped, the former ones go on", () => {
      const before = former();
      const others = made.filter((container) => /-w\d+$/.test(container) && runs(container));
      const ill = stub("backend", "ill", "echo no database; exit 3");
      const worker = stub("worker", "w2", "true");
      const refused = move(ill, { worker });
      assert.notEqual(refused.status, 0);
      assert.match(
        refused.said,
        new RegExp(
          `${ill} is not healthy\\.[^]*exit code 3 no database[^]*It was stopped[^]*the former release goes on`,
        ),
      );
      assert.deepEqual([ill, worker, ...others].map(runs), [false, false, ...others.map(() => true)]);

      const silent = stub("worker", "w3", "echo no heartbeat; exit 1");
      const without = move(next, { worker: silent });
      assert.notEqual(without.status, 0);
      assert.match(without.said, new RegExp(`${silent} is not healthy\\.[^]*no heartbeat`));
      assert.deepEqual([silent, next, ...others].map(runs), [false, true, ...others.map(() => true)]);
      assert.equal(serving(), before);
    });

    it("never stops a backend that visitors are on, though it is not well", async () => {
      const fragile = stub("backend", "fragile", "test ! -e /tmp/ill");
      assert.equal(move(fragile).status, 0);
      docker("exec", fragile, "touch", "/tmp/ill");
      const found = () => docker("inspect", "--format={{.State.Health.Status}}", fragile);
      await until("the engine has noticed", 10, () => Promise.resolve(found() === "unhealthy"));
      const { status, said } = move(fragile, { text: (all) => all.replace("server_tokens off;", "") });
      assert.notEqual(status, 0);
      assert.match(said, new RegExp(`${fragile} is not healthy`));
      assert.ok(runs(fragile));
      assert.equal(serving(), "front page of fragile");
    });

    /** Once a canary is seen, forty browsers ask for a path, and somebody decides; resolves to what they were answered. */
    const visited = (path: string, decision?: "promote" | "back"): Promise<string[]> => {
      const asked = `for one in $(seq 40); do curl -sk -A "browser $one" --connect-to ::${nginx}:8443 https://localhost${path}; done`;
      const client = `docker run --rm --network=${name} --entrypoint=sh ${image} -c '${asked}'`;
      const decide = decision ? `sh "$1" nginx/promote.sh ${name} ${decision} alice >/dev/null` : ":";
      const script = `until [ -e "$SOCLE_STATE/${name}/canary" ]; do sleep 0.2; done; ${client}; ${decide}`;
      const child = spawn("sh", ["-c", script, "visits", join(scripts, "run.sh")], {
        env: { ...process.env, SOCLE_STATE: state.path },
        stdio: ["ignore", "pipe", "inherit"],
      });
      return textOf(child.stdout).then((said) => said.trim().split("\n"));
    };
    const by = (answers: string[], backend: string): number =>
      answers.filter((answer) => answer.endsWith(`of ${backend.replace(`${name}-`, "")}`)).length;

    it("is shown to a share of the visitors first, to all once it is promoted", async () => {
      const before = former();
      const visits = visited("/", "promote");
      const { status, said } = move(next, { canary: { share: 50, seconds: 0, errors: 5 } });
      assert.equal(status, 0, said);
      assert.match(said, /canary: 50 % of the visitors see the new release until it is promoted/);
      const answers = await visits;
      const share = by(answers, next);
      assert.ok(
        share > 5 && share < 35 && answers.filter((one) => one === before).length === 40 - share,
        `${share} of 40`,
      );
      assert.match(serving(), new RegExp(`of ${next.replace(`${name}-`, "")}$`));
      // Without a decision its time ends it; to a change of settings alone it does not apply.
      const again = move(next, {
        canary: { share: 50, seconds: 0, errors: 5 },
        text: (all) => all.replace("server_tokens off;", ""),
      });
      assert.equal(again.status, 0, again.said);
    });

    it("goes back for all where visitors of the canary get errors, or somebody says so", async () => {
      const before = former();
      for (const [path, decision, why] of [
        ["/broken", undefined, /The canary failed: visitors of the new release got \d+ answers [^]* 500 GET \/broken/],
        ["/", "back", /The canary was taken back by alice\./],
      ] as const) {
        const visits = visited(path, decision);
        const { status, said } = move(next, { canary: { share: 50, seconds: 0, errors: 5 } });
        await visits;
        assert.notEqual(status, 0);
        assert.match(said, why);
        assert.match(said, /The traffic is back on the former release/);
        assert.equal(serving(), before);
      }
      const late = move(next, { canary: { share: 1, seconds: 2, errors: 5 } });
      assert.equal(late.status, 0, late.said);
      assert.notEqual(serving(), before);
    });
  });
});
