// All of a site is lost but its settings, its off-site copy and the key: it comes back on a bare server of the older
// Debian, root as its user, while the ACME server is down. Then a staging stack is filled with its data.
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { Backup, Whereabouts } from "../../operations/backup/repository.ts";
import { docker, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { leftovers, processesOf, psql, sweep } from "../lab/engine.ts";
import { FaultProxy } from "../lab/fault-proxy.ts";
import { Ground } from "../lab/ground.ts";
import { request } from "../lab/http.ts";
import { createNetwork, type LabNetwork, leftovers as leftInLab } from "../lab/network.ts";
import { Operator } from "../lab/operator.ts";
import { pdf } from "../lab/pdf.ts";
import { LocalSite } from "../lab/running-site.ts";
import { S3Server } from "../lab/s3-server.ts";
import { type Life, Server } from "../lab/server.ts";
import { type Output, sampleSite, type Sections } from "../lab/stack.ts";
import type { Copy } from "../lab/visitor.ts";

type Listed = Backup & Whereabouts;

const [domain, second, third] = ["site.socle.test", "www.socle.test", "new.socle.test"];
const document = pdf(4);

describe("a lost server, and staging's refresh", function () {
  this.timeout(600_000);
  this.slow(20_000);
  const ending = new AsyncDisposableStack();
  let folder: string;
  let network: LabNetwork;
  let s3: S3Server;
  let proxy: FaultProxy;
  /** The site that will be lost: what it runs on does not matter to its copy. */
  let lost: LocalSite;
  /** Of its settings. */
  let backups: Sections;
  let kept: { key: string; password: string; copy: Copy; backup: Listed; at: string };
  let server: Server | undefined;
  let output: Output;
  let nginx: Life;

  before("a site with off-site copies comes up", async () => {
    folder = await mkdtemp(join(tmpdir(), "socle-lost-"));
    ending.defer(() => rm(folder, { recursive: true }));
    network = await createNetwork();
    ending.defer(async () => {
      await network.remove();
      assert.deepEqual(await leftInLab(network.run), []);
    });
    s3 = await S3Server.start();
    ending.defer(() => s3.stop());
    // Where containers of this machine find it, and those of the server that comes later.
    proxy = await FaultProxy.start({ host: "127.0.0.1", port: s3.port }, network.gateway);
    ending.defer(() => proxy.stop());
    const endpoint = `http://${proxy.address}:${String(proxy.port)}`;
    backups = {
      backup: { offsite: { type: "s3", endpoint, bucket: s3.bucket } },
      postgres: { pitr: {} },
      data: { keepOnDestroy: false, anonymise: "examples/anonymise.yaml" },
    };
    lost = await LocalSite.create({ ...sampleSite("socle-example-site:dev"), ...backups });
    ending.defer(() => lost.discard());
    ending.defer(() => Ground.removeAll());
    await lost.stack.setCredential("offsiteAccessKey", s3.accessKey);
    await lost.stack.setCredential("offsiteSecretKey", s3.secretKey);
    await lost.up();
  }).timeout(900_000);
  after("everything goes", () => ending.disposeAsync()).timeout(120_000);

  const onServer = (): Server => {
    assert.ok(server);
    return server;
  };
  const containers = (): string[] => Object.values(output.services).map(({ container }) => container);
  const socle = (words: string[], check = true): Promise<Result> =>
    new Operator(lost.stack).socle(words, { timeoutSeconds: 180, check });
  const listed = async (): Promise<Listed[]> =>
    (JSON.parse((await socle(["backup", "list", "--json"])).stdout) as { backups: Listed[] }).backups;
  const asking = (query: string): string[] => ["exec", `${lost.stack.prefix}-postgres`, ...psql(), "-c", query];

  describe("until it is lost", () => {
    it("keeps a backup, changes after it and files in its off-site copy, and is lost in the middle of a check", async () => {
      const visitor = await lost.administrator();
      const { id } = await visitor.upload(document);
      const copy = await until("the copy is processed", 30, async () => {
        const found = await visitor.copy(id);
        return found.state === "processed" && found;
      });
      const inside = (service: string, ...words: string[]): Promise<string> =>
        docker(["exec", lost.container(service), ...words]);
      await until("a point in time to recover to", 60, () => inside("archive", "cat", "/archive/stored"));
      await socle(["backup", "now"]);
      // Of this the archived changes alone know.
      await docker(asking("CREATE TABLE dropped AS SELECT n FROM generate_series(1, 7) n"));
      const at = new Date().toISOString();
      await docker(asking("DROP TABLE dropped"));
      // What is stored reaches to the second before the one that has begun.
      const reached = Math.ceil(Date.parse(at) / 1000) * 1000;
      await until("a later second", 5, () => Promise.resolve(Date.now() >= reached), 0.05);
      await inside("archive", "sh", "/tools/store.sh");
      await socle(["backup", "copy"]);
      const backup = (await listed()).at(-1);
      assert.ok(backup?.offsite);
      const key = join(folder, "key");
      await writeFile(key, (await socle(["backup", "key"])).stdout, { mode: 0o600 });
      kept = { key, copy, backup, at, password: lost.output.adminPassword ?? "" };

      // The lock of what is under way stays there: not one that goes before its process stands still.
      proxy.fault = { bytesPerSecond: 100_000 };
      const reading = ["/tools/restic", "check", "--read-data"];
      const check = inside("offsite", ...reading).catch(() => undefined);
      const locks = join(s3.folder, s3.bucket, lost.stack.prefix, "locks");
      const locked = async (): Promise<boolean> => (await readdir(locks).catch(() => [])).length > 0;
      const signal = async (name: NodeJS.Signals): Promise<void> => {
        for (const pid of await processesOf(lost.container("offsite"), "restic")) process.kill(pid, name);
      };
      const caught = async (): Promise<boolean> => {
        if (!(await locked())) return false;
        await signal("SIGSTOP");
        if (await locked()) return true;
        await signal("SIGCONT");
        return false;
      };
      await until("the lock", 30, caught, 0.02);
      await sweep(lost.stack.prefix);
      await check;
      proxy.fault = {};
      await lost.stack.startOver();
    });
  });

  describe("comes up on a bare Debian server of the previous release, as root, the ACME server down,", () => {
    let said: string;
    before("the first pulumi up there", async () => {
      server = await Server.start({
        host: { user: "root", distribution: "bookworm" },
        domains: [domain, second],
        // Without one that worked, attempts come at first after two minutes; with one, after a tenth of this.
        validitySeconds: 150,
        network,
        stack: lost.stack,
        sections: backups,
      });
      await server.acme.stop();
      said = (await server.stack.up()).stdout;
      output = await server.stack.outputs();
      nginx = await server.life(`${server.stack.prefix}-nginx`);
    }).timeout(900_000);

    it("is prepared, with the engine of its own release", async () => {
      const format = "{{.ServerVersion}} {{.LoggingDriver}} {{.LiveRestoreEnabled}}";
      const [engine = ""] = await onServer().docker("info", "--format", format);
      assert.match(engine, /^20\.10\.\S+ json-file true$/);
      assert.deepEqual(await leftovers(lost.stack.prefix), []);
    });

    it("serves the site with its self-signed certificate, and said that there is no other yet, and why", async () => {
      const { address } = onServer().host;
      await onServer().well(containers(), domain, 60);
      const { status, certificate } = await request({ address, name: domain, path: "/admin/login/" });
      assert.equal(status, 200);
      assert.deepEqual(certificate?.issuer, certificate?.subject);
      assert.equal(certificate?.subjectaltname, `DNS:${domain}, DNS:${second}`);
      assert.match(said, new RegExp(`WARNING: no certificate for ${domain},${second} yet: .*onnection refused`));
      assert.match(said, /-> See that the domains point to this server and that port 80 can be reached from outside\./);
    });

    it("shows no change at a second preview, with --refresh", async () => {
      // Its certificate comes by itself from now on, which is looked at later.
      await onServer().acme.start();
      await onServer().stack.preview(["--expect-no-changes", "--refresh"]);
    });
  });

  describe("with its data", () => {
    it("comes back from the copy and the key that was kept: rows, accounts and files", async () => {
      // The new stack's key opens nothing there yet.
      const { code, stderr } = await socle(["backup", "fetch"], false);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /the key does not open the off-site repository; nothing was changed\..*socle backup fetch --key/,
      );
      await socle(["backup", "fetch", "--key", kept.key]);
      const back = (await listed()).find(({ when }) => when === kept.backup.when);
      assert.ok(back?.local);
      await socle(["restore", back.id, "--yes"]);
      const visitor = onServer().visitor(domain);
      await until("the site is well", 60, async () => (await visitor.signIn("admin", kept.password)) === 200);
      assert.equal((await visitor.copy(kept.copy.id)).pages, 4);
      assert.ok((await visitor.ask({ path: kept.copy.url })).bytes.equals(document), "the file is as it was");
    });

    it("comes back to a point in time as well, once all that is off-site has been fetched", async () => {
      const early = await socle(["restore", "--at", kept.at, "--yes"], false);
      assert.match(
        early.stderr,
        /cannot be brought back to[^]*→ Bring what is off-site alone here first: socle backup fetch --all/,
      );
      await socle(["backup", "fetch", "--all"]);
      await socle(["restore", "--at", kept.at, "--yes"]);
      assert.deepEqual(await onServer().docker(...asking("SELECT count(*) FROM dropped")), ["7"]);
      await onServer().docker(...asking("DROP TABLE dropped"));
    });

    it("D9: fills a stack on another host with its data, without a person in them", async () => {
      await socle(["backup", "now"]);
      const off = { enabled: false };
      const staging = await Ground.of({
        services: ["nginx", "backup", "superuser-admin-1"],
        sections: { worker: off, beat: off, frontend: undefined },
        beside: lost,
      });
      const { stdout } = await socle(["refresh", staging.stack.name, "--from", lost.stack.name, "--yes", "--json"]);
      assert.equal((JSON.parse(stdout) as { from: string }).from, lost.stack.name);
      const query =
        "SELECT (SELECT count(*) FROM copies_copy) || ' ' || string_agg(left(username, 5), ' ') FROM auth_user";
      assert.equal(await docker(["exec", staging.container("postgres"), ...psql(), "-c", query]), "1 user-");
      assert.notEqual(await staging.visitor().signIn("admin", kept.password), 200);
    });
  });

  describe("later", () => {
    it("has a certificate by itself, since the ACME server is back", async () => {
      const { subjectaltname } = await until("the certificate", 180, () => onServer().trusted(domain));
      assert.equal(subjectaltname, `DNS:${domain}, DNS:${second}`);
    });

    it("takes a domain while the ACME server is down, says so, and gets the certificate once that is back", async () => {
      const { acme, host, stack } = onServer();
      const certbot = `${stack.prefix}-certbot`;
      const names = [domain, second, third].join(",");
      await acme.setAddress(third, host.address);
      await acme.stop();
      const { site } = stack.settings as { site: object };
      // The accounts are those of the copy; what was said last is how the stack's own password comes in, with the same `up`.
      await stack.configure({ site: { ...site, domains: [domain, second, third] }, rotation: { adminPassword: 100 } });
      const { stdout } = await stack.up();
      output = await stack.outputs();
      assert.match(stdout, new RegExp(`WARNING: no certificate for ${names} yet: .*onnection refused`));
      assert.match(stdout, /The site serves with the certificate it has; Certbot tries again by itself/);
      assert.match(stdout, /-> See that the domains point to this server and that port 80 can be reached from outside/);
      // The previous certificate goes on serving; the new name is answered already.
      const served = await onServer().certificate(domain);
      assert.match(served.issuer.CN as string, /^Pebble Intermediate CA/);
      assert.equal(served.subjectaltname, `DNS:${domain}, DNS:${second}`);
      assert.equal((await request({ address: host.address, name: third, path: "/health/" })).status, 200);
      const trying = await onServer().life(certbot);
      await until("a second attempt", 60, async () => {
        const count = await host.exec(`docker logs ${certbot} 2>&1 | grep -c "^no certificate: "`);
        return Number(count.stdout) >= 2;
      });

      await acme.start();
      await until("the certificate for all three names", 60, async () => {
        const { subjectaltname = "" } = await onServer().trusted(third);
        return [domain, second, third].every((name) => subjectaltname.includes(`DNS:${name}`));
      });
      assert.deepEqual(await onServer().life(certbot), trying);
      assert.deepEqual(await onServer().life(`${stack.prefix}-nginx`), nginx);
      await stack.preview(["--expect-no-changes", "--refresh"]);
    });

    it("lets its administrator in with the new stack's own password, once that was rotated", async () => {
      const visitor = onServer().visitor(third);
      assert.notEqual(output.adminPassword, kept.password);
      assert.equal(await visitor.signIn("admin", kept.password), 401);
      assert.equal(await visitor.signIn("admin", output.adminPassword ?? ""), 200);
    });

    it("copies its backups to the same place from now on", async () => {
      await socle(["backup", "copy"]);
      assert.ok((await listed()).filter((backup) => backup.local).every((backup) => backup.offsite));
    });
  });
});
