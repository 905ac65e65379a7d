import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "mocha";
import { startAcme } from "../../lab/acme.ts";
import { docker, run } from "../../lab/command.ts";
import { request } from "../../lab/http.ts";
import { LABEL, type LabNetwork, createNetwork } from "../../lab/network.ts";

describe("ACME server of the lab", function () {
  this.timeout(300_000);
  let network: LabNetwork;
  before(async () => {
    network = await createNetwork();
  });
  after(() => network.remove());

  const domain = "site.socle.test";
  let webServer: string;
  let webroot: string;
  let letsencrypt: string;
  before(async () => {
    webServer = network.nextAddress();
    const label = `${LABEL}=${network.run}`;
    webroot = network.nextName("webroot");
    letsencrypt = network.nextName("letsencrypt");
    for (const volume of [webroot, letsencrypt]) await docker(["volume", "create", "--label", label, volume]);
    // prettier-ignore
    await docker([
      "run", "--detach", "--name", network.nextName("web"), "--label", label, "--network", network.name,
      "--ip", webServer, "--volume", `${webroot}:/usr/share/nginx/html`, "nginx:1.26",
    ]);
  });

  it("issues what certbot asks for by http-01, is out when stopped, and remembers accounts", async () => {
    const acme = await startAcme(network, { domains: { [domain]: webServer }, validitySeconds: 60 });
    const certbot = (...args: string[]) =>
      // prettier-ignore
      run(
        "docker",
        [
          "run", "--rm", "--label", `${LABEL}=${network.run}`, "--network", network.name,
          "--volume", `${webroot}:/webroot`, "--volume", `${letsencrypt}:/etc/letsencrypt`,
          "--volume", `${acme.caCertificateFile}:/acme-ca.pem:ro`, "--env", "REQUESTS_CA_BUNDLE=/acme-ca.pem",
          "certbot/certbot:v4.0.0", ...args, "--non-interactive", "--server", acme.directory,
        ],
        { check: false },
      );
    const issue = [
      "certonly",
      "--webroot",
      "--webroot-path",
      "/webroot",
      "--domain",
      domain,
      "--agree-tos",
      "--register-unsafely-without-email",
    ];

    const first = await certbot(...issue);
    assert.equal(first.code, 0, first.stdout + first.stderr);
    assert.equal(await acme.issuedCount(), 1);
    // prettier-ignore
    const chain = await docker([
      "run", "--rm", "--volume", `${letsencrypt}:/le:ro`, "nginx:1.26", "cat", `/le/live/${domain}/fullchain.pem`,
    ]);
    const [leaf, intermediate] = chain
      .split(/(?<=-----END CERTIFICATE-----)\s+/)
      .map((pem) => new X509Certificate(pem));
    assert.ok(leaf && intermediate);
    assert.equal(leaf.subjectAltName, `DNS:${domain}`);
    const seconds = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 1000;
    assert.ok(seconds >= 59 && seconds <= 60, `valid for ${String(seconds)} s`);
    const root = new X509Certificate(await acme.rootCertificate());
    assert.ok(leaf.verify(intermediate.publicKey) && intermediate.verify(root.publicKey));

    await acme.stop();
    const during = await certbot("renew", "--force-renewal", "--no-random-sleep-on-renew");
    assert.notEqual(during.code, 0);
    assert.match(during.stdout + during.stderr, /Connection refused/);
    await acme.start();
    const after = await certbot("renew", "--force-renewal", "--no-random-sleep-on-renew");
    assert.equal(after.code, 0, after.stdout + after.stderr);
    assert.equal(await acme.issuedCount(), 2);
    await acme.remove();
  });

  it("answers by name too, to those who trust its authority alone", async () => {
    const acme = await startAcme(network);
    const { hostname, port } = new URL(acme.directoryByName);
    const question = { address: acme.address, port: Number(port), path: "/dir", name: hostname };
    const answer = await request({ ...question, ca: acme.caCertificate });
    assert.equal(answer.status, 200);
    assert.match((JSON.parse(answer.body) as { newOrder: string }).newOrder, new RegExp(`^https://${hostname}`));
    assert.match(answer.tlsVersion ?? "", /^TLSv1\.[23]$/);
    assert.match(answer.certificate?.subjectaltname ?? "", new RegExp(`DNS:${hostname}`));
    await assert.rejects(request({ ...question, name: "else.test", ca: acme.caCertificate }), /does not match/);
    await assert.rejects(request({ ...question, ca: await acme.rootCertificate() }), /unable to (get|verify)/);
    assert.equal((await request({ ...question, name: "else.test" })).status, 200);
    await acme.remove();
  });
});
