// What Nginx itself says of the configurations that settings lead to.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { after, before, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { nginxConfiguration, type NginxConfiguration } from "../../config/nginx-configuration.ts";
import { fixed, stack } from "../unit/config/arbitrary.ts";
import { changed, dev, production, project, read, type Sections } from "../unit/config/stack.ts";

function configuration(sections: Sections): NginxConfiguration {
  const model = environmentModel(project, "trial", read(sections));
  return nginxConfiguration(model, {
    container: `${model.name}-backend-1a2b3c4`,
    frontend: model.frontend && "0123456789ab",
  });
}

describe("Nginx's configuration in a real Nginx", function () {
  this.timeout(300_000);
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "nginx-configuration-"));
    const key = join(folder, "key.pem");
    const certificate = execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=trial",
        "-keyout",
        key,
      ],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    mkdirSync(join(folder, "certificates"));
    writeFileSync(
      join(folder, "certificates", "site.pem"),
      certificate + execFileSync("cat", [key], { encoding: "utf8" }),
    );
    mkdirSync(join(folder, "configurations"));
    execFileSync("chmod", ["-R", "a+rX", folder]);
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  /** What `nginx -t` says of each text; undefined where it takes it. */
  function verdicts(texts: string[]): (string | undefined)[] {
    const configurations = mkdtempSync(join(folder, "configurations", "set-"));
    mkdirSync(join(configurations, "maintenance"));
    writeFileSync(
      join(configurations, "maintenance", "settings.conf"),
      'map "" $maintenance_settings { default none; }\nmap "" $maintenance_retry { default 600; }\ngeo $maintenance_exempt { default 0; }\n',
    );
    for (const [index, text] of texts.entries()) {
      const place = join(configurations, String(index));
      mkdirSync(place);
      writeFileSync(join(place, "nginx.conf"), text);
      writeFileSync(join(place, "tls-curves.conf"), "ssl_ecdh_curve X25519:prime256v1:secp384r1;\n");
    }
    execFileSync("chmod", ["-R", "a+rX", configurations]);
    // As host/nginx/apply.sh tries a configuration, for all in one container.
    const each =
      'for place in [0-9]*; do if ! nginx -t -q -c "$PWD/$place/nginx.conf" 2>/tmp/said; then echo "$place $(tr "\\n" " " </tmp/said)"; fi; done';
    const { status, stdout, stderr } = spawnSync(
      "docker",
      [
        ..."run --rm --network none --user 101:101 --read-only --cap-drop ALL --tmpfs /tmp:uid=101 --tmpfs /var/cache/socle:uid=101".split(
          " ",
        ),
        ...[
          "--volume",
          `${configurations}:/etc/socle:ro`,
          "--volume",
          `${join(folder, "certificates")}:/etc/certificates:ro`,
        ],
        ...["--workdir", "/etc/socle", "--entrypoint", "/bin/sh", "nginx:1.26", "-euc", each],
      ],
      { encoding: "utf8" },
    );
    assert.equal(status, 0, stderr);
    const said = new Map(
      stdout
        .trim()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
    );
    return texts.map((_, index) => said.get(String(index)));
  }

  it("is taken, whatever the settings", () => {
    const label = "a".repeat(63);
    const longest = `${label}.${label}.${label}.${"b".repeat(57)}.org`;
    const spread = [
      dev(),
      production(),
      { ...production(), frontend: {} },
      changed(production(), { "site.domains": [longest, `www.${"x".repeat(50)}.example.org`] }),
      changed(production(), {
        "site.domains": Array.from({ length: 100 }, (_, index) => `site-${String(index)}.example.org`),
      }),
      changed(production(), { "site.rateLimit": { enabled: false } }),
      changed(production(), { "site.rateLimit": { paths: ["/admin/", "/api/"], perMinute: 1, burst: 1 } }),
      changed(production(), { "site.apiPath": [], "site.rateLimit": { paths: [] } }),
      changed(production(), {
        "site.contentSecurityPolicy":
          "default-src 'self' https://*.example.org; report-uri /csp/?a=%20; frame-ancestors 'none'",
      }),
      ...fc.sample(stack, fixed(40)),
    ];
    const found = verdicts(spread.map((sections) => configuration(sections).text));
    for (const [index, said] of found.entries())
      assert.equal(said, undefined, `${said ?? ""}\n${JSON.stringify(spread[index])}`);
  });

  it("would be refused if it were wrong", () => {
    const { text } = configuration(production());
    const wrong = [
      text.replace("server {", "server"),
      text.replace("resolver ", "resolve "),
      text.replace("/etc/certificates/site.pem", "/etc/certificates/none.pem"),
    ];
    for (const said of verdicts(wrong)) assert.match(said ?? "", /\[emerg\]/);
  });
});
