import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { after, before, describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { nginxConfiguration, type NginxConfiguration } from "../../config/nginx-configuration.ts";
import { fixed, stack } from "./arbitrary.ts";
import { changed, dev, production, project, read, type Sections } from "./stack.ts";

function configuration(sections: Sections): NginxConfiguration {
  const model = environmentModel(project, "trial", read(sections));
  return nginxConfiguration(model, {
    container: `${model.name}-backend-1a2b3c4`,
    frontend: model.frontend && "0123456789ab",
  });
}

describe("Nginx's configuration", () => {
  it("has every domain and path, and nothing left to fill in", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const { settings } = read(sections);
        const { text } = configuration(sections);
        assert.doesNotMatch(text, /@[a-z_]+@/);
        assert.equal(text.split("{").length, text.split("}").length, "braces");
        const names = [...text.matchAll(/server_name (.*);/g)].map(([, list = ""]) => list);
        assert.deepEqual(names, ["_", settings.site.domains.join(" "), "_", settings.site.domains.join(" ")]);
        const { enabled, paths, burst, perMinute } = settings.site.rateLimit;
        for (const path of ["/admin/", ...settings.site.apiPath, ...(enabled ? paths : [])])
          assert.equal(text.split(`location ^~ ${path} {`).length, 2, path);
        assert.equal(
          text.split(`limit_req zone=sign_in burst=${String(burst)} nodelay;`).length - 1,
          enabled ? paths.length : 0,
        );
        for (const part of [
          `location = ${settings.application.healthPath} {`,
          `client_max_body_size ${String(settings.site.maxBodySize)}m;`,
          `worker_shutdown_timeout ${String(settings.nginx.drain)}s;`,
          `proxy_read_timeout ${String(settings.application.timeout)}s;`,
          `rate=${String(perMinute)}r/m;`,
          `default "${settings.site.contentSecurityPolicy}";`,
          `set $application "socle-trial-backend-1a2b3c4:${String(settings.application.port)}";`,
          settings.frontend ? "try_files $uri /index.html;" : "location ^~ / {",
        ])
          assert.ok(text.includes(part), part);
        assert.equal(text.includes("/srv/frontend/0123456789ab"), settings.frontend !== undefined);
      }),
      fixed(200),
    );
  });

  it("is the same each time, and has another name when it differs", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const [one, other] = [configuration(sections), configuration(sections)];
        assert.deepEqual(one, other);
        assert.ok(one.text.includes(`return 200 "${one.name}\\n"`));
        assert.notEqual(
          configuration(changed(sections, { "nginx.drain": 29, "site.maxBodySize": 10_001 })).name,
          one.name,
        );
      }),
      fixed(50),
    );
  });

  it("redirects to the port that is published", () => {
    const redirect = (sections: Sections): string | undefined =>
      /return 301 (\S+);/.exec(configuration(sections).text)?.[1];
    assert.equal(redirect(production()), "https://$host$request_uri");
    assert.equal(
      redirect(changed(dev(), { "site.ports": { http: 8080, https: 8443 } })),
      "https://$host:8443$request_uri",
    );
  });

  describe("in a real Nginx", function () {
    this.timeout(180_000);
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
});
