// A bare Debian server becomes a site by one `pulumi up`.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { docker } from "../lab/command.ts";
import { request } from "../lab/http.ts";
import { scan } from "../lab/scan.ts";
import { leftovers } from "../lab/engine.ts";
import { domains, useFirstServer } from "./first-server.ts";

const [domain, second] = domains;

describe("A bare Debian server, after the first pulumi up", function () {
  this.timeout(120_000);
  this.slow(20_000);
  const first = useFirstServer();

  describe("is prepared", () => {
    it("has an engine with log rotation and live restore, its own settings kept", async () => {
      const { server } = first();
      const text = (await server.host.exec("cat /etc/docker/daemon.json")).stdout;
      const settings = JSON.parse(text) as Record<string, unknown>;
      assert.equal(settings["log-driver"], "json-file");
      assert.deepEqual(settings["log-opts"], { "max-size": "10m", "max-file": "5" });
      assert.equal(settings["live-restore"], true);
      assert.ok(Array.isArray(settings["insecure-registries"]), "what stood there before is gone");
      const format = "{{.ServerVersion}} {{.LoggingDriver}} {{.LiveRestoreEnabled}}";
      assert.match((await server.docker("info", "--format", format)).join(""), /^\d+\.\d+\.\S+ json-file true$/);
    });

    it("lets its user use the engine", async () => {
      const { stdout } = await first().server.host.ssh("id -nG; docker version --format '{{.Server.Os}}'");
      assert.match(stdout, /\bdocker\b.*\nlinux\n$/);
    });

    it("runs all of the stack; this machine runs nothing of it", async () => {
      const { server, containers, output } = first();
      const label = `label=socle.stack=${server.stack.prefix}`;
      const running = await server.docker("ps", "--filter", label, "--format", "{{.Names}}");
      assert.deepEqual(running.sort(), [...containers].sort());
      const services = "backend backup beat certbot nginx postgres redis worker";
      assert.equal(Object.keys(output.services).sort().join(" "), services);
      assert.deepEqual(await leftovers(server.stack.prefix), []);
    });
  });

  describe("serves the site", () => {
    it("over HTTPS by its names, with what the output `checks` promises", async () => {
      const { server, output } = first();
      assert.equal(output.url, `https://${domain}/`);
      assert.ok(output.checks.length >= 4);
      for (const { name, url, status, header } of output.checks) {
        const { protocol, hostname, pathname } = new URL(url);
        const scheme = protocol === "http:" ? "http" : "https";
        const answer = await request({ address: server.host.address, scheme, name: hostname, path: pathname });
        assert.equal(answer.status, status, name);
        if (header) assert.ok(String(answer.headers[header.name]).startsWith(header.value), name);
      }
    });

    it("to nobody who does not say its name", async () => {
      const { address } = first().server.host;
      for (const scheme of ["https", "http"] as const) {
        assert.equal((await request({ address, scheme })).status, 421);
        assert.equal((await request({ address, scheme, name: "else.socle.test" })).status, 421);
      }
    });

    it("migrated, with static files, and an administrator who can sign in and use it", async () => {
      const { server } = first();
      const style = { address: server.host.address, name: second, path: "/static/admin/css/base.css" };
      assert.equal((await request(style)).status, 200);
      assert.equal(await server.visitor(second).signIn("admin", "not the password"), 401);
      const { administrator, copy } = await first().work();
      assert.equal(await administrator.whoAmI(), "admin");
      assert.deepEqual([copy.state, copy.pages], ["processed", 3]);
    });

    it("with the ACME server's certificate for both names; until that was there, with a self-signed one", () => {
      const { certificates, said } = first();
      const [selfSigned, issued] = certificates.seen;
      assert.ok(selfSigned && issued, `certificates seen during pulumi up: ${String(certificates.seen.length)}`);
      assert.deepEqual(selfSigned.issuer, selfSigned.subject);
      assert.equal(selfSigned.subject.CN, domain);
      assert.match(issued.issuer.CN as string, /^Pebble Intermediate CA/);
      assert.equal(issued.subjectaltname, `DNS:${domain}, DNS:${second}`);
      assert.match(said, new RegExp(`certificate for ${domain},${second} is served`));
    });
  });

  describe("is as the settings say", () => {
    it("shows no change at a second preview, nor with --refresh", async () => {
      const { stack } = first().server;
      await stack.preview(["--expect-no-changes"]);
      await stack.preview(["--expect-no-changes", "--refresh", "--parallel", "40"]);
    });

    it("can be planned for while it does not answer", async () => {
      const { host, stack } = first().server;
      const { application } = stack.settings;
      await docker(["pause", host.name]);
      try {
        await stack.configure({ application: { ...(application as object), workers: 3 } });
        const { stdout } = await stack.preview();
        assert.match(stdout, /docker:index:Container \S+-backend .*replace/);
      } finally {
        await docker(["unpause", host.name]);
        await stack.configure({ application });
      }
    });

    it("shows no secret: not there, not in the state, not in what was printed or could be seen meanwhile", async () => {
      const { server, seen, containers } = first();
      const secrets = await server.stack.secrets();
      assert.ok(Object.keys(secrets).length >= 8, Object.keys(secrets).join(", "));
      const commands = [...seen.processes].join("\n");
      // Processes of the server were seen, and those that bring the secrets there.
      assert.match(commands, /dockerd/);
      assert.match(commands, /volume-files\.sh/);
      const found = await scan({
        secrets,
        machines: [server.host],
        paths: [server.stack.folder],
        texts: { printed: server.stack.printed.join("\n"), "processes during pulumi up": commands },
      });
      assert.deepEqual(found.findings, []);
      assert.ok(found.containers >= containers.length && found.processes > 20 && found.files > 1);
    });
  });
});
