// What becomes of a server's site later: renewals, an ACME outage, a wrong release, reboots, the end.
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import type { EvidenceRecord } from "../../policies/evidence/record.ts";
import { docker } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { request } from "../lab/http.ts";
import { deploy, releaseSteps } from "../lab/deployer.ts";
import { leftovers } from "../lab/engine.ts";
import { document, domains, useFirstServer, validitySeconds } from "./first-server.ts";
import { Operator } from "../lab/operator.ts";
import { LocalSite } from "../lab/running-site.ts";
import { sampleSite } from "../lab/stack.ts";

const [domain, second] = domains;
const third = "new.socle.test";

describe("A server with a site, later", function () {
  this.timeout(180_000);
  this.slow(60_000);
  const first = useFirstServer();

  it("keeps everything when the image of a release does not exist: the error names it", async () => {
    const { server, containers } = first();
    const { administrator } = await first().work();
    const { application } = server.stack.settings as { application: { image: string } };
    const image = application.image.replace(/@.*/, `@sha256:${"0".repeat(64)}`);
    const before = await server.lives(containers);
    await server.stack.configure({ application: { ...application, image } });
    try {
      const { code, stdout } = await server.stack.up({ check: false });
      assert.notEqual(code, 0);
      assert.ok(stdout.includes(image) && /manifest unknown|not found/.test(stdout), stdout);
      assert.deepEqual(await server.lives(containers), before);
      assert.equal(await administrator.whoAmI(), "admin");
    } finally {
      await server.stack.configure({ application });
    }
    // The former settings bring the state back too.
    await server.stack.up();
    await server.stack.preview(["--expect-no-changes"]);
    assert.deepEqual(await server.lives(containers), before);
  });

  it("renews its certificate by itself after two thirds of its lifetime, and reloads Nginx without a restart", async () => {
    const { server, certificates, nginx } = first();
    const renewed = await until("another certificate", validitySeconds, () => Promise.resolve(certificates.seen[2]));
    await certificates.stop();
    const issued = certificates.seen[1];
    assert.ok(issued);
    const after = (Date.parse(renewed.valid_from) - Date.parse(issued.valid_from)) / 1000;
    assert.ok(after >= (validitySeconds * 2) / 3 - 2, `renewed after ${String(after)} s already`);
    assert.ok(after < validitySeconds, `renewed after ${String(after)} s: the former one had ended by then`);
    await server.trusted(domain);
    await server.trusted(second);
    assert.deepEqual(await server.life(`${server.stack.prefix}-nginx`), nginx);
  });

  it("takes a domain while the ACME server is down, says so, and gets the certificate once that is back", async () => {
    const { server, nginx } = first();
    const { acme, host, stack } = server;
    const certbot = `${stack.prefix}-certbot`;
    await acme.setAddress(third, host.address);
    await acme.stop();
    try {
      const { site } = stack.settings as { site: { domains: string[] } };
      await stack.configure({ site: { ...site, domains: [...site.domains, third] } });
      const { stdout } = await stack.up();
      const names = `${domain},${second},${third}`;
      assert.match(stdout, new RegExp(`WARNING: no certificate for ${names} yet: .*onnection refused`));
      assert.match(stdout, /The site serves with the certificate it has; Certbot tries again by itself/);
      assert.match(stdout, /-> See that the domains point to this server and that port 80 can be reached from outside/);
      // The former certificate goes on serving; the new name is answered already.
      assert.equal((await server.certificate(domain)).subjectaltname, `DNS:${domain}, DNS:${second}`);
      assert.equal((await request({ address: host.address, name: third, path: "/health/" })).status, 200);
      const trying = await server.life(certbot);
      await until("a second attempt", 30, async () => {
        const { stdout: count } = await host.exec(`docker logs ${certbot} 2>&1 | grep -c "^no certificate: "`);
        return Number(count) >= 2;
      });

      await acme.start();
      await until("the certificate for all three names", 60, async () => {
        const { subjectaltname = "" } = await server.trusted(third);
        return [domain, second, third].every((name) => subjectaltname.includes(`DNS:${name}`));
      });
      assert.deepEqual(await server.life(certbot), trying);
      assert.deepEqual(await server.life(`${stack.prefix}-nginx`), nginx);
    } finally {
      await acme.start();
    }
    first().output = await stack.outputs();
    await stack.preview(["--expect-no-changes", "--refresh"]);
  });

  it("EVD-11: tries the renewal of its certificate, and tells where that would fail; what is served stays", async () => {
    const { acme, stack } = first().server;
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
    for (const name of domains) await first().server.trusted(name);
  });

  it("EVD-09: has the migrations of its image recorded, once, as gone well", async () => {
    const { stack } = first().server;
    const operator = new Operator(stack);
    const { application } = stack.settings as { application: { image: string } };
    const found = await operator.json<EvidenceRecord>(["migrations", "evidence"], { timeoutSeconds: 120 });
    assert.equal(`${application.image.split("@")[0]}@${found.subject}`, application.image);
    assert.deepEqual([found.result, found.details["pending"]], ["passed", 0]);
    assert.match(String(found.details["applied"]), /auth\.\d+/);
    const { stdout } = await operator.socle(["migrations", "evidence"], { timeoutSeconds: 120 });
    assert.match(stdout, /0 pending: passed; recorded before \(EVD-09\)/);
  });

  for (const [what, powerLoss] of [
    ["a reboot", false],
    ["a power failure", true],
  ] as const)
    it(`is back after ${what}, without hands and with its data`, async () => {
      const { server, containers } = first();
      const { administrator, copy } = await first().work();
      const before = await server.lives(containers);
      await server.host.restart({ powerLoss });
      await server.well(containers, domain, 120);
      for (const [index, { id, startedAt }] of (await server.lives(containers)).entries()) {
        assert.equal(id, before[index]?.id);
        assert.notEqual(startedAt, before[index]?.startedAt);
      }
      // The session, the row and the file of before.
      assert.equal(await administrator.whoAmI(), "admin");
      assert.deepEqual(await administrator.copy(copy.id), copy);
      assert.deepEqual((await administrator.ask({ path: copy.url })).bytes, document);
      await until("a certificate that is valid", validitySeconds, () => server.trusted(domain));
    });

  it("goes on with a release whose sessions are cut, and then with one whose server reboots (rows 2 and 22)", async () => {
    const { server, output: former } = first();
    const { administrator, copy } = await first().work();
    const { stack, host } = server;
    const step = (name: string): RegExp => {
      const found = releaseSteps.find((one) => one.name === name);
      assert.ok(found);
      return found.step;
    };
    const { application } = stack.settings as { application: { environment?: object } };
    const environment = { ...application.environment, GREETING: "later" };
    await stack.configure({ application: { ...application, environment } });

    // All that the deployer has open there ends in the middle, with what runs in it.
    const visits = new Visits(host.address, domain);
    const cut = await deploy(stack, {
      step: step("the switch"),
      what: async () => {
        await sleep(1_500);
        await host.exec(`pkill -KILL -u ${host.user} sshd`);
      },
    });
    assert.ok(cut.hit, cut.said);
    assert.notEqual(cut.code, 0, cut.said);
    assert.match(cut.said, /closed by remote host|Connection to \S+ closed|connection reset|broken pipe/i);
    assert.deepEqual(await visits.end(), []);

    const rebooted = await deploy(stack, { step: step("the scheduler's replacement"), what: () => host.restart() });
    assert.ok(rebooted.hit, rebooted.said);
    const last = await deploy(stack);
    assert.equal(last.code, 0, last.said);
    first().output = await stack.outputs();
    assert.notEqual(first().output.release, former.release);
    await server.well(first().containers, domain, 60);
    const running = await server.docker(
      "ps",
      "--format",
      '{{.Label "socle.service"}}',
      "--filter",
      "label=socle.service",
    );
    for (const service of ["backend", "worker", "beat"])
      assert.equal(running.filter((name) => name === service).length, 1, `${service}: ${running.join(" ")}`);
    await stack.preview(["--expect-no-changes", "--refresh"]);
    const { releases, flaws } = await new Operator(stack).json<History>(["releases"]);
    assert.deepEqual(flaws, []);
    const ofThis = releases.filter(({ released }) => released.release === first().output.release);
    assert.equal(ofThis.filter(({ result }) => result === "succeeded").length, 1);
    assert.equal(await administrator.whoAmI(), "admin");
    assert.deepEqual(await administrator.copy(copy.id), copy);
  });

  it("D9: fills a stack on another host with its data, without a person in them", async () => {
    const { server, output } = first();
    const { stack } = server;
    await stack.configure({ data: { keepOnDestroy: false, anonymise: "examples/anonymise.yaml" } });
    const operator = new Operator(stack);
    await operator.socle(["backup", "now"], { timeoutSeconds: 120 });
    const { application, superuser } = sampleSite("socle-example-site:dev");
    const off = { enabled: false };
    const sections = { application, superuser, worker: off, beat: off, data: { keepOnDestroy: false } };
    const target = await LocalSite.create(sections, {}, stack);
    try {
      await target.up();
      const words = ["refresh", target.stack.name, "--from", stack.name, "--yes", "--json"];
      const { stdout } = await operator.socle(words, { timeoutSeconds: 120 });
      assert.equal((JSON.parse(stdout) as { from: string }).from, stack.name);
      const query =
        "SELECT (SELECT count(*) FROM copies_copy) || ' ' || string_agg(left(username, 5), ' ') FROM auth_user";
      const there = ["psql", "-XAtq", "-U", "postgres", "-d", "site", "-c", query];
      assert.equal(await docker(["exec", target.container("postgres"), ...there]), "1 user-");
      assert.notEqual(await target.visitor().signIn("admin", output.adminPassword ?? ""), 200);
    } finally {
      await target.remove();
    }
  });

  it("D7: takes its PostgreSQL to the next major version", async () => {
    const { server } = first();
    const { administrator, copy } = await first().work();
    const { stack, host } = server;
    const { stdout } = await new Operator(stack).socle(["upgrade", "postgres", "16", "--yes", "--json"], {
      timeoutSeconds: 240,
    });
    const told = JSON.parse(stdout) as Record<string, unknown>;
    assert.equal(told["volume"], `${stack.prefix}-postgres-16`);
    const version = await host.exec(
      `docker exec ${stack.prefix}-postgres psql -XAtqU postgres -c 'SHOW server_version'`,
    );
    assert.match(version.stdout, /^16\./);
    await until("the site is well", 60, async () => (await administrator.whoAmI()) === "admin");
    assert.deepEqual(await administrator.copy(copy.id), copy);
  });

  it("is empty of the stack after pulumi destroy, and stays prepared", async () => {
    const { stack, host } = first().server;
    await stack.pulumi(["destroy", "--yes", "--skip-preview"]);
    assert.deepEqual(await leftovers(stack.prefix, host), []);
    await first().server.docker("info");
  });
});

/** Somebody who asks for the page all the time, each time by a connection of its own. */
class Visits {
  readonly #failures: string[] = [];
  readonly #over = new AbortController();
  readonly #visiting: Promise<void>;

  constructor(address: string, name: string) {
    this.#visiting = this.#visit(address, name);
  }

  /** What went wrong. */
  async end(): Promise<string[]> {
    this.#over.abort();
    await this.#visiting;
    return this.#failures;
  }

  async #visit(address: string, name: string): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        const { status } = await request({ address, name, path: "/health/" });
        if (status !== 200) this.#failures.push(`status ${String(status)}`);
      } catch (error) {
        this.#failures.push(String(error));
      }
      await sleep(50);
    }
  }
}
