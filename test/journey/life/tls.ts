// TLS of a running stack, and the headers that every answer has.
import assert from "node:assert/strict";
import { getCiphers, type SecureVersion } from "node:tls";
import { before, describe, it } from "mocha";

import { docker, run } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import type { HttpAnswer } from "../../lab/http.ts";
import { within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import type { Question } from "../../lab/visitor.ts";

/** Mozilla's guideline, intermediate: the suites of TLS 1.2 in both kinds of key. */
const suites = (key: string): string[] =>
  ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"].map((cipher) => `ECDHE-${key}-${cipher}`);

const headers = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "strict-origin-when-cross-origin",
  "cross-origin-opener-policy": "same-origin",
};

export function tls(site: () => LocalSite): void {
  describe("TLS of a local stack", function () {
    this.timeout(300_000);
    const ask = (question: Question = {}): Promise<HttpAnswer> => site().visitor().ask(question);
    const only = (version: SecureVersion, ciphers = "ALL:@SECLEVEL=0") =>
      ask({ minVersion: version, maxVersion: version, ciphers });
    /** Those of all suites that this machine knows with which the server speaks TLS 1.2. */
    const accepted = async (): Promise<string[]> => {
      const known = getCiphers()
        .filter((name) => !name.startsWith("tls_"))
        .map((name) => name.toUpperCase());
      const spoken: string[] = [];
      for (const name of known) {
        const answer = await only("TLSv1.2", `${name}:@SECLEVEL=0`).catch((error: unknown) => {
          assert.match(String(error), /handshake failure|no ciphers available|no cipher match|internal error/i, name);
        });
        if (answer) spoken.push(answer.cipher ?? "");
      }
      return spoken.sort();
    };

    for (const version of ["TLSv1", "TLSv1.1"] as const)
      it(`A6: ${version} is refused by the server`, async () => {
        await assert.rejects(only(version), /alert protocol version/i);
      });

    for (const version of ["TLSv1.2", "TLSv1.3"] as const)
      it(`A6: ${version} is spoken, with the site's certificate`, async () => {
        const answer = await ask({ minVersion: version, maxVersion: version });
        assert.deepEqual([answer.status, answer.tlsVersion], [200, version]);
        assert.equal(answer.certificate?.subjectaltname, "DNS:localhost");
      });

    it("A6: TLS 1.2 is spoken with the three suites for its certificate's key and no other", async () => {
      assert.deepEqual(await accepted(), suites("ECDSA").sort());
    });

    it("A6, A8: a certificate that is put in place is served without hands, an RSA one with the other three suites", async () => {
      const folder = "/etc/certificates";
      const words = [
        "run",
        "--rm",
        "--interactive",
        "--user=101:101",
        "--volume",
        `${site().stack.prefix}-certificates:${folder}`,
        "--entrypoint=sh",
      ];
      const put = (pem: string) =>
        run(
          "docker",
          [...words, "nginx:1.26", "-euc", `cat >${folder}/site.new; mv ${folder}/site.new ${folder}/site.pem`],
          { input: pem },
        );
      const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,DNS:second.localhost"];
      const made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        "-",
        "-out",
        "-",
        "-days",
        "2",
        ...subject,
      ];
      const { stdout: rsa } = await run("openssl", made);
      const former = await docker([...words, "nginx:1.26", "-c", `cat ${folder}/site.pem`]);
      const names = async (): Promise<string> => (await ask()).certificate?.subjectaltname ?? "";
      await put(rsa);
      try {
        await until("the new certificate is served", 20, async () => (await names()).includes("second.localhost"));
        // Until the last worker with the former one has ended, either may answer.
        await until(
          "only the new one is served",
          20,
          async () => (await accepted()).join() === suites("RSA").sort().join(),
        );
      } finally {
        await put(`${former}\n`);
      }
      await until(
        "the former certificate is served again",
        20,
        async () => !(await names()).includes("second.localhost"),
      );
    });

    describe("headers", () => {
      let answers: Record<string, HttpAnswer> = {};
      before("every kind of answer is asked for", async function () {
        this.timeout(300_000);
        const tooMany = until(
          "an attempt is refused",
          20,
          async () => {
            const answer = await ask({ method: "POST", path: "/admin/login/", body: "username=x" });
            return answer.status === 429 && answer;
          },
          0,
        );
        answers = {
          "200 of the SPA": await ask(),
          "200 of the application": await ask({ path: "/api/session/" }),
          "200 of a page of the application": await ask({ path: "/admin/login/" }),
          "200 of a file": await ask({ path: "/assets/app.js" }),
          "404 of a file": await ask({ path: "/static/none.css" }),
          "404 of media": await ask({ path: "/media/none.pdf" }),
          "404 of the application": await ask({ path: "/api/none/" }),
          "302 of the application": await ask({ path: "/admin/" }),
          "301 to HTTPS": await ask({ scheme: "http" }),
          "404 of a challenge": await ask({ scheme: "http", path: "/.well-known/acme-challenge/none" }),
          "401 of the application": await ask({ path: "/api/copies/" }),
          "405 of a file": await ask({ method: "POST", path: "/assets/app.js" }),
          "413": await ask({ method: "POST", path: "/api/copies/", headers: { "Content-Length": "99999999" } }),
          "414": await ask({ path: `/${"a".repeat(20_000)}` }),
          "421": await ask({ name: "other.example" }),
          "421 over plain HTTP": await ask({ name: "other.example", scheme: "http" }),
          "429": await tooMany,
          "502": await withoutBackend(),
        };
      });
      /** While Nginx cannot reach the application. */
      const withoutBackend = async (): Promise<HttpAnswer> => {
        const link = [`${site().stack.prefix}-edge`, site().container("backend")];
        await docker(["network", "disconnect", ...link]);
        try {
          return await until("the application is missed", 20, async () => {
            const answer = await ask({ path: "/health/" });
            return answer.status !== 200 && answer;
          });
        } finally {
          await docker(["network", "connect", ...link]);
          await until("the application is back", 20, async () => (await ask({ path: "/health/" })).status === 200);
        }
      };

      it("A6: every kind of answer has the whole set", () => {
        for (const [kind, answer] of Object.entries(answers)) {
          const status = kind === "502" ? [502, 504] : [Number(kind.slice(0, 3))];
          assert.ok(status.includes(answer.status), `${kind}: ${answer.status}`);
          for (const [name, value] of Object.entries(headers))
            assert.equal(answer.headers[name], value, `${kind}: ${name}`);
          assert.match(String(answer.headers["content-security-policy"]), /frame-ancestors 'none'/, kind);
          assert.match(String(answer.headers["permissions-policy"]), /camera=\(\)/, kind);
          assert.doesNotMatch(String(answer.headers.server), /\d/, `${kind}: version of Nginx`);
        }
      });

      it("A6: HSTS for two years on every answer over HTTPS, on none over plain HTTP", () => {
        for (const [kind, answer] of Object.entries(answers)) {
          const wanted = answer.tlsVersion ? "max-age=63072000; includeSubDomains" : undefined;
          assert.equal(answer.headers["strict-transport-security"], wanted, kind);
        }
      });
    });

    it("A6: the suites are those six in Nginx's own configuration", async () => {
      const { stdout } = await within(site().container("nginx"), [
        "nginx",
        "-T",
        "-q",
        "-c",
        "/etc/socle/current/nginx.conf",
      ]);
      const configured = /^ +ssl_ciphers (.*);$/m.exec(stdout)?.[1]?.split(":") ?? [];
      assert.deepEqual(configured.sort(), [...suites("ECDSA"), ...suites("RSA")].sort());
      assert.match(stdout, /ssl_protocols TLSv1\.2 TLSv1\.3;/);
    });
  });
}
