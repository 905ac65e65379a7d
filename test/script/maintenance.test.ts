// maintenance.sh on a real Nginx with the product's own configuration: switched at once, without a reload.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, beforeEach, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { nginxConfiguration } from "../../config/nginx-configuration.ts";
import { beginMaintenance, endMaintenance, type Maintenance, maintenanceOf } from "../../deployment/maintenance.ts";
import { dev, project, read } from "../unit/config/stack.ts";
import { until } from "../lab/deadline.ts";
import { type HttpAnswer, request } from "../lab/http.ts";
import { docker, scripts } from "./machine.ts";

const image = "nginx:1.26";
const html = { Accept: "text/html,application/xhtml+xml" };

describe("maintenance", function () {
  this.timeout(300_000);
  this.slow(5_000);
  const name = `socle-test-${randomBytes(4).toString("hex")}`;
  const place = { host: { type: "local", socket: "unix:///var/run/docker.sock" } as const, name };
  const volumes = {
    configuration: `${name}-configuration`,
    certificates: `${name}-certificates`,
    cache: `${name}-cache`,
  };
  const model = environmentModel(project, "trial", read(dev()));
  const configuration = nginxConfiguration(model, { container: `${name}-backend`, frontend: undefined });
  let port = 0;
  let gateway = "";

  before(() => {
    for (const volume of Object.values(volumes)) docker("volume", "create", volume);
    // prettier-ignore
    const { status, stderr } = spawnSync("docker", [
      "run", "--rm", "--network", "none", ...Object.entries(volumes).flatMap(([which, volume]) => ["--volume", `${volume}:/${which}`]),
      "--entrypoint", "sh", image, "-euc",
      "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout /tmp/key -out /tmp/certificate 2>/dev/null; cat /tmp/certificate /tmp/key >/certificates/site.pem; chown -R 101:101 /configuration /certificates /cache",
    ]);
    assert.equal(status, 0, String(stderr));
    apply();
    // prettier-ignore
    docker(
      "run", "--detach", "--name", `${name}-nginx`, "--user", "101:101", "--read-only", "--cap-drop", "ALL", "--tmpfs", "/tmp:uid=101",
      "--mount", `type=volume,source=${volumes.configuration},target=/etc/socle,readonly`,
      "--mount", `type=volume,source=${volumes.certificates},target=/etc/certificates,readonly`,
      "--mount", `type=volume,source=${volumes.cache},target=/var/cache/socle`,
      "--publish", "127.0.0.1::8443", "--entrypoint", "/bin/sh", image, "-c", readFileSync(join(scripts, "nginx/start.sh"), "utf8"),
    );
    port = Number(docker("port", `${name}-nginx`, "8443/tcp").split(":").at(-1));
    gateway = docker("inspect", "--format", "{{.NetworkSettings.Gateway}}", `${name}-nginx`);
  });
  before("Nginx answers", () => until("an answer", 20, async () => (await ask()).status > 0));
  after(() => {
    docker("rm", "--force", "--volumes", `${name}-nginx`);
    for (const volume of Object.values(volumes)) docker("volume", "rm", volume);
  });
  beforeEach(() => endMaintenance(place));

  /** Writes the configuration, as a release does, with the settings that stand there before any maintenance. */
  function apply(text = configuration.text): void {
    const command =
      'mkdir -p current maintenance; cat >current/nginx.conf; echo "ssl_ecdh_curve prime256v1;" >current/tls-curves.conf; [ -e maintenance/settings.conf ] || printf "%s" "$1" >maintenance/settings.conf';
    const settings =
      'map "" $maintenance_settings { default none; }\nmap "" $maintenance_retry { default 600; }\ngeo $maintenance_exempt { default 0; }\n';
    // prettier-ignore
    const words = [
      "run", "--rm", "--interactive", "--network", "none", "--user", "101:101", "--volume", `${volumes.configuration}:/etc/socle:nocopy`,
      "--workdir", "/etc/socle", "--entrypoint", "sh", image, "-euc", command, "apply", settings,
    ];
    const { status, stderr } = spawnSync("docker", words, { input: text });
    assert.equal(status, 0, String(stderr));
  }
  const ask = (path = "/", headers: Record<string, string> = html, method = "GET"): Promise<HttpAnswer> =>
    request({ address: "127.0.0.1", port, name: "localhost", path, headers, method });
  const begin = (more: object = {}): Promise<Maintenance | undefined> =>
    beginMaintenance(place, { reason: "a restore", ...more });
  const workers = (): string =>
    docker("exec", `${name}-nginx`, "sh", "-c", "cd /proc; grep -l 'nginx: [w]orker' [0-9]*/cmdline | sort");

  it("answers with a page, 503 and when to come back, and with every security header", async () => {
    const open = await ask();
    assert.equal(open.status, 502, "there is no application behind this Nginx");
    await begin({ message: "Back at <noon> & well." });
    const closed = await ask();
    assert.equal(closed.status, 503);
    assert.equal(closed.headers["retry-after"], "600");
    assert.equal(closed.headers["cache-control"], "no-store");
    assert.match(String(closed.headers["content-type"]), /^text\/html/);
    assert.match(closed.body, /<h1>We will be right back<\/h1>\s*<p>Back at &lt;noon&gt; &amp; well\.<\/p>/);
    for (const header of Object.keys(open.headers).filter(
      (key) => !/^(date|content-|retry|server|connection|etag|last-|cache)/.test(key),
    ))
      assert.ok(closed.headers[header] !== undefined, header);
    assert.match(String(closed.headers["content-security-policy"]), /^default-src 'none'.*frame-ancestors 'none'$/);
    assert.equal(open.headers["retry-after"], undefined);
  });

  it("closes every path, whatever the method, but the health path", async () => {
    await begin();
    for (const path of [
      "/",
      "/api/copies/",
      "/admin/login/",
      "/static/x.css",
      "/media/x.pdf",
      "/ws/",
      "/.maintenance/page.html",
    ])
      for (const method of ["GET", "POST", "PUT"]) {
        const { status } = await ask(path, html, method);
        assert.equal(status, path.startsWith("/.maintenance") ? 404 : 503, `${method} ${path}`);
      }
    assert.equal((await ask("/health/")).status, 502);
  });

  it("tells clients of an interface in JSON (RFC 9457)", async () => {
    await begin();
    for (const accept of ["application/json", "application/problem+json, */*;q=0.1"]) {
      const { status, headers, body } = await ask("/api/", { Accept: accept });
      assert.deepEqual([status, headers["content-type"]], [503, "application/problem+json"]);
      assert.equal((JSON.parse(body) as { status: number }).status, 503);
    }
    assert.match((await ask("/", { Accept: "*/*" })).body, /<h1>/);
  });

  it("is switched without a reload", async () => {
    await begin();
    await endMaintenance(place);
    const before = workers();
    await begin();
    assert.equal((await ask()).status, 503);
    await endMaintenance(place);
    assert.equal((await ask()).status, 502);
    assert.equal(workers(), before);
  });

  it("lets addresses through, and asks clients to come back when it is told to", async () => {
    await begin({ allowed: ["203.0.113.0/24"], retryAfter: 1800 });
    const { status, headers } = await ask();
    assert.deepEqual([status, headers["retry-after"]], [503, "1800"]);
    await begin({ allowed: ["203.0.113.0/24", `${gateway}/32`] });
    assert.equal((await ask()).status, 502);
    const found = await maintenanceOf(place);
    assert.deepEqual(found?.allowed, ["203.0.113.0/24", `${gateway}/32`]);
    assert.equal(found.reason, "a restore");
  });

  it("outlives a reload with a new configuration, and a restart", async () => {
    await begin();
    apply(configuration.text.replace("charset utf-8;", "charset utf-8; etag off;"));
    docker("exec", `${name}-nginx`, "nginx", "-s", "reload", "-c", "/etc/socle/current/nginx.conf");
    assert.equal((await ask()).status, 503);
    docker("restart", `${name}-nginx`);
    port = Number(docker("port", `${name}-nginx`, "8443/tcp").split(":").at(-1));
    await until("an answer", 20, async () => (await ask()).status === 503);
  });

  it("ends by itself when its time is over", async () => {
    const begun = await begin({ lasting: 2 });
    assert.equal((begun?.until?.getTime() ?? 0) - (begun?.since.getTime() ?? 0), 2000);
    assert.equal((await ask()).status, 503);
    await until("the end", 15, async () => (await ask()).status === 502);
    assert.equal(await maintenanceOf(place), undefined);
  });

  it("shows a page of the site's own", async () => {
    await begin({ page: "<!doctype html><title>Ours</title>" });
    assert.equal((await ask()).body, "<!doctype html><title>Ours</title>\n");
  });

  it("says so where Nginx does not run", async () => {
    await assert.rejects(
      maintenanceOf({ ...place, name: `${name}-none` }),
      /maintenance: Nginx \(\S+-none-nginx\) does not run\./,
    );
  });
});
