// The older Debian, root as its user, and an ACME server that is down from the start: the site comes up all the same.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { request } from "../lab/http.ts";
import { leftovers } from "../lab/engine.ts";
import { Server } from "../lab/server.ts";

const domain = "site.socle.test";

describe("A bare Debian server of the former release, root, the ACME server down", function () {
  this.timeout(60_000);
  this.slow(30_000);
  let server: Server;
  let said: string;
  let containers: string[];
  before("the first pulumi up", async function () {
    this.timeout(300_000);
    server = await Server.start({
      host: { user: "root", distribution: "bookworm" },
      domains: [domain],
      validitySeconds: 86_400,
    });
    await server.acme.stop();
    said = (await server.stack.up()).stdout;
    containers = Object.values((await server.stack.outputs()).services).map(({ container }) => container);
  });
  after("everything goes", async () => server.remove());

  it("is prepared, with the engine of its own release", async () => {
    const format = "{{.ServerVersion}} {{.LoggingDriver}} {{.LiveRestoreEnabled}}";
    assert.match((await server.docker("info", "--format", format)).join(""), /^20\.10\.\S+ json-file true$/);
    assert.deepEqual(await leftovers(server.stack.prefix), []);
  });

  it("serves the site with its self-signed certificate, and said that there is no other yet, and why", async () => {
    await server.well(containers, domain, 30);
    const { status, certificate } = await request({
      address: server.host.address,
      name: domain,
      path: "/admin/login/",
    });
    assert.equal(status, 200);
    assert.deepEqual(certificate?.issuer, certificate?.subject);
    assert.equal(certificate?.subjectaltname, `DNS:${domain}`);
    assert.match(said, new RegExp(`WARNING: no certificate for ${domain} yet: .*onnection refused`));
    assert.match(said, /-> See that the domains point to this server and that port 80 can be reached from outside\./);
  });

  it("shows no change at a second preview, with --refresh", async () => {
    await server.stack.preview(["--expect-no-changes", "--refresh"]);
  });
});
