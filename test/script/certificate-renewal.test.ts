// When the certificate at hand wants renewing, as the program in Certbot's image says it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { describe, it } from "mocha";

import { scripts } from "./machine.ts";

const asked = `
import datetime, json, pathlib, sys
sys.path.insert(0, "/program")
import certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

key = ec.generate_private_key(ec.SECP256R1())
begin = datetime.datetime(2026, 11, 1, tzinfo=datetime.timezone.utc)
found = {"none": certificate.renewal()}

def at_hand(days, names, directory):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "site.test")])
    signed = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
              .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + datetime.timedelta(days))
              .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
              .sign(key, hashes.SHA256()))
    certificate.LINEAGE.mkdir(parents=True, exist_ok=True)
    (certificate.LINEAGE / "fullchain.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (certificate.LINEAGE.parent.parent / "directory").write_text(directory)
    due = certificate.renewal()
    return due and (due - begin.timestamp()) / 86400

own, acme = ["site.test", "www.site.test"], "https://acme.test/dir"
found["90 days"] = at_hand(90, own, acme)
found["6 days"] = at_hand(6, own, acme)
found["another name"] = at_hand(90, ["site.test"], acme)
found["another authority"] = at_hand(90, own, "https://staging.acme.test/dir")
print(json.dumps(found))
`;

describe("the renewal of a certificate", function () {
  this.timeout(300_000);

  it("is due at a third of its lifetime, at once where there is none for these names from this authority", () => {
    const { status, stdout, stderr } = spawnSync(
      "docker",
      [
        ...["run", "--rm", "--interactive", "--network=none", "--tmpfs=/etc/letsencrypt"],
        ...["--env=DOMAINS=www.site.test,site.test", "--env=DIRECTORY=https://acme.test/dir"],
        ...["--volume", `${join(scripts, "certbot")}:/program:ro`, "--env=PYTHONDONTWRITEBYTECODE=1"],
        ...["--entrypoint=python3", "certbot/certbot:v4.0.0", "-"],
      ],
      { input: asked, encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      none: 0,
      "90 days": 60,
      "6 days": 4,
      "another name": 0,
      "another authority": 0,
    });
  });
});
