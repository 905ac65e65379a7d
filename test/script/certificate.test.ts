// The wait for the first certificate: it is over when Nginx shows it, not when it was issued.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, before, describe, it } from "mocha";

import { docker, runScript } from "./machine.ts";

describe("the wait for a certificate", function () {
  this.timeout(300_000);
  this.slow(10_000);
  const name = `socle-certificate-${randomBytes(3).toString("hex")}`;
  const [certbot, nginx] = [`${name}-certbot`, `${name}-nginx`];
  const directory = "https://acme.test/dir";
  const domains = "www.site.test,site.test";

  before(() => {
    docker("network", "create", name);
    docker("volume", "create", name);
    const place = ["run", "--detach", `--network=${name}`, `--volume=${name}:/etc/certificates`, "--user=0:0"];
    docker(...place, `--name=${certbot}`, "--entrypoint=sleep", "certbot/certbot:v4.0.0", "infinity");
    sign();
    const server =
      "server { listen 8443 ssl; ssl_certificate /etc/certificates/site.pem; ssl_certificate_key /etc/certificates/site.pem; }";
    const start = `echo '${server}' >/etc/nginx/conf.d/default.conf; exec nginx -g 'daemon off;'`;
    docker(...place, `--name=${nginx}`, "--entrypoint=sh", "nginx:1.26", "-c", start);
  });
  after(() => {
    docker("rm", "--force", "--volumes", certbot, nginx);
    docker("volume", "rm", name);
    docker("network", "rm", name);
  });

  /** Puts another certificate and its key where Certbot does. */
  function sign(): void {
    const script = `
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
key = ec.generate_private_key(ec.SECP256R1())
name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site.test")])
now = datetime.datetime.now(datetime.timezone.utc)
signed = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
          .serial_number(x509.random_serial_number()).not_valid_before(now).not_valid_after(now + datetime.timedelta(1))
          .sign(key, hashes.SHA256()))
pem = signed.public_bytes(serialization.Encoding.PEM)
secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
# The chain goes on with a second one, as an authority's does.
open("/etc/certificates/site.pem", "wb").write(pem + pem + secret)`;
    docker("exec", certbot, "python3", "-c", script);
  }
  function report(problem: string | null, of = domains): void {
    const status = JSON.stringify({ domains: of.split(","), directory, at: 0, problem });
    docker("exec", certbot, "python3", "-c", `open("/etc/certificates/status.json", "w").write('''${status}''')`);
  }
  function wait(seconds = 2): string {
    const words = { container: certbot, nginx, seconds: String(seconds), domains, directory };
    const { status, stdout, stderr } = runScript("certbot/wait.sh", words);
    // Whatever comes of it, the deployment goes on.
    assert.equal(status, 0, String(stderr));
    return String(stdout);
  }

  it("says that there is none yet, for these names", () => {
    report(null, "site.test");
    assert.match(wait(), new RegExp(`^WARNING: no certificate for ${domains} yet: the ACME server has not answered`));
  });

  it("says what the ACME server said", () => {
    report("Detail: no such name");
    assert.match(wait(30), new RegExp(`^WARNING: no certificate for ${domains} yet: Detail: no such name`));
  });

  it("says of one that was issued only once it is served that it is", () => {
    report(null);
    assert.equal(wait(30), `certificate for ${domains} is served\n`);
    sign();
    assert.match(
      wait(),
      new RegExp(`^WARNING: a certificate for ${domains} is there, but ${nginx} serves another one`),
    );
    docker("exec", nginx, "nginx", "-s", "reload");
    assert.equal(wait(30), `certificate for ${domains} is served\n`);
  });
});
