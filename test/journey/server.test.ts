// A bare Debian server over SSH becomes a site by one `pulumi up`, and stays one: audited, renewed, ended.
import assert from "node:assert/strict";
import { join } from "node:path";

import { before, describe, it } from "mocha";

import { Evidence } from "../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import { docker } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { leftovers } from "../lab/engine.ts";
import { request } from "../lab/http.ts";
import { Operator } from "../lab/operator.ts";
import { scan } from "../lab/scan.ts";
import { verdicts } from "./audit.ts";
import { ownServer } from "./server/own-server.ts";
import { domains, validitySeconds } from "./server/site-on-server.ts";

const [domain, second] = domains;

describe("a bare server over SSH with ACME", function () {
  this.timeout(600_000);
  this.slow(20_000);
  const site = ownServer();

  describe("is prepared", () => {
    it("has an engine with log rotation and live restore, its own settings kept", async () => {
      const { server } = site();
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
      const { stdout } = await site().server.host.ssh("id -nG; docker version --format '{{.Server.Os}}'");
      assert.match(stdout, /\bdocker\b.*\nlinux\n$/);
    });

    it("runs all of the stack; this machine runs nothing of it", async () => {
      const { server, containers, output } = site();
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
      const { server, output } = site();
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
      const { address } = site().server.host;
      for (const scheme of ["https", "http"] as const) {
        assert.equal((await request({ address, scheme })).status, 421);
        assert.equal((await request({ address, scheme, name: "else.socle.test" })).status, 421);
      }
    });

    it("migrated, with static files, and an administrator who can sign in and use it", async () => {
      const { server } = site();
      const style = { address: server.host.address, name: second, path: "/static/admin/css/base.css" };
      assert.equal((await request(style)).status, 200);
      assert.equal(await server.visitor(second).signIn("admin", "not the password"), 401);
      const { administrator, copy } = await site().work();
      assert.equal(await administrator.whoAmI(), "admin");
      assert.deepEqual([copy.state, copy.pages], ["processed", 3]);
    });

    it("with the ACME server's certificate for both names; until that was there, with a self-signed one", () => {
      const { certificates, said } = site();
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
      const { stack } = site().server;
      await stack.preview(["--expect-no-changes"]);
      await stack.preview(["--expect-no-changes", "--refresh", "--parallel", "40"]);
    });

    it("can be planned for while it does not answer", async () => {
      const { host, stack } = site().server;
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
      const { server, seen, containers } = site();
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

  describe("is audited from inside and from outside", () => {
    type Verdicts = Awaited<ReturnType<typeof verdicts>>;
    const logins = "/etc/ssh/sshd_config.d/00-audit.conf";
    let planted: Verdicts;
    let fixed: Verdicts;

    before("defects are planted, looked for, fixed, and looked for again", async () => {
      const { server, output } = site();
      const exec = (command: string) => server.host.exec(command);
      const { container = "" } = output.services["nginx"] ?? {};
      const [image = ""] = await server.docker("inspect", "--format", "{{.Image}}", container);
      // As a published port does, it goes past a firewall that filters INPUT alone.
      const open = ["run", "--detach", "--name", "audit-open", "--publish", "9999:80", "--entrypoint", "nginx"];
      try {
        await exec(`printf 'Match User deploy\\n  PasswordAuthentication yes\\n' >${logins}`);
        await server.docker(...open, image, "-g", "daemon off;");
        planted = await verdicts(server.stack);
      } finally {
        await exec(`rm -f ${logins}; docker rm --force audit-open`);
      }
      await exec("iptables -A DOCKER-USER -i nowhere0 -j DROP");
      try {
        fixed = await verdicts(server.stack);
      } finally {
        await exec("iptables -D DOCKER-USER -i nowhere0 -j DROP");
      }
    }).timeout(900_000);

    it("finds passwords that a Match block lets in", () => {
      assert.equal(planted.of("HST-01").outcome, "violated");
      assert.match(
        planted.of("HST-01").message,
        /sshd, for the user who deploys: passwordauthentication is yes, not no\n/,
      );
      assert.equal(fixed.of("HST-01").outcome, "met", fixed.of("HST-01").message);
    });

    it("finds a port that answers from outside, and who is behind it", () => {
      const { address } = site().server.host;
      assert.equal(planted.of("HST-04").outcome, "violated", planted.of("HST-04").message);
      assert.match(planted.of("HST-04").message, new RegExp(` ${address}: port 9999 answers: docker-proxy\n`));
      assert.equal(fixed.of("HST-04").outcome, "met", fixed.of("HST-04").message);
      assert.match(fixed.of("HST-04").message, new RegExp(`22, 80, 443 on ${address}, of 65535 TCP ports each$`));
    });

    it("finds that nothing filters published ports; and once something does, asks what brings it back", () => {
      assert.match(planted.of("HST-05").message, / {2}IPv4: nothing drops what reaches published ports/);
      assert.equal(fixed.of("HST-05").outcome, "violated");
      assert.match(
        fixed.of("HST-05").message,
        / {2}boot: the rules are in no file, so that they end with the next boot\n/,
      );
    });

    it("finds what is not prepared: registries without TLS, upgrades by hand, a clock that nobody keeps", () => {
      assert.equal(planted.of("HST-07").outcome, "violated");
      assert.match(planted.of("HST-07").message, / {2}insecure-registries: \S+ is asked without TLS/);
      assert.doesNotMatch(planted.of("HST-07").message, /live-restore: is off|no-new-privileges: is not/);
      assert.match(planted.of("HST-14").message, / {2}unattended-upgrades: is not installed\n/);
      assert.match(planted.of("HST-14").message, / {2}docker\.io: is upgraded together with the rest\n/);
      assert.equal(planted.of("HST-16").outcome, "undecided");
    });

    it("sees the site by its names, behind a private authority", () => {
      for (const id of ["LIV-01", "LIV-03", "LIV-05", "LIV-06", "LIV-07"])
        assert.equal(fixed.of(id).outcome, "met", fixed.of(id).message);
    });

    it("judges the state by the policies too", () => {
      const { level, resource, message } = fixed.of("MON-01");
      assert.deepEqual([level, resource], ["advisory", "site"]);
      assert.match(message, /→ /);
    });

    it("warns in staging, and exits with 0", () => {
      assert.deepEqual(
        new Set(planted.all.filter(({ outcome }) => outcome === "violated").map(({ level }) => level)),
        new Set(["advisory"]),
      );
      assert.equal(planted.code, 0);
    });
  });

  describe("later", () => {
    it("has renewed its certificate by itself after two thirds of its lifetime, and reloaded Nginx without a restart", async () => {
      const { server, certificates, nginx } = site();
      const renewed = await until("another certificate", validitySeconds, () => Promise.resolve(certificates.seen[2]));
      await certificates.stop();
      const issued = certificates.seen[1];
      assert.ok(issued);
      const after = (Date.parse(renewed.valid_from) - Date.parse(issued.valid_from)) / 1000;
      assert.ok(after >= (validitySeconds * 2) / 3 - 2, `renewed after ${String(after)} s already`);
      assert.ok(after < validitySeconds, `renewed after ${String(after)} s: the one before had ended by then`);
      await server.trusted(domain);
      await server.trusted(second);
      assert.deepEqual(await server.life(`${server.stack.prefix}-nginx`), nginx);
    });

    it("EVD-11: tries the renewal of its certificate, and tells where that would fail; what is served stays", async () => {
      const { acme, stack } = site().server;
      const operator = new Operator(stack);
      await acme.stop();
      const failed = await operator.socle(["drill", "renewal"], { check: false, timeoutSeconds: 120 });
      await acme.start();
      assert.equal(failed.code, 1);
      assert.match(failed.stderr, /onnection refused/);
      const issued = await acme.issuedCount();
      const passed = await operator.json<EvidenceRecord>(["drill", "renewal"], { timeoutSeconds: 120 });
      assert.ok((await acme.issuedCount()) > issued);
      assert.equal(passed.details["authority"], acme.directory);
      const records = (await Evidence.read(join(stack.folder, "evidence"))).find({ policy: "EVD-11" });
      assert.deepEqual(
        records.map(({ result, details }) => [result, details["part"]]),
        [passed, { ...passed, result: "failed" }].map(({ result, details }) => [result, details["part"]]),
      );
      for (const name of domains) await site().server.trusted(name);
    });

    it("EVD-09: has the migrations of its image recorded, once, as gone well", async () => {
      const { stack } = site().server;
      const operator = new Operator(stack);
      const { application } = stack.settings as { application: { image: string } };
      const found = await operator.json<EvidenceRecord>(["migrations", "evidence"], { timeoutSeconds: 120 });
      assert.equal(`${application.image.split("@")[0]}@${found.subject}`, application.image);
      assert.deepEqual([found.result, found.details["pending"]], ["passed", 0]);
      assert.match(String(found.details["applied"]), /auth\.\d+/);
      const { stdout } = await operator.socle(["migrations", "evidence"], { timeoutSeconds: 120 });
      assert.match(stdout, /0 pending: passed; recorded before \(EVD-09\)/);
    });

    it("is empty of the stack after pulumi destroy, and stays prepared", async () => {
      const { stack, host } = site().server;
      await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
      assert.deepEqual(await leftovers(stack.prefix, host), []);
      await site().server.docker("info");
    });
  });
});
