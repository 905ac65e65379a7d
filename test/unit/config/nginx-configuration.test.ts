import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { environmentModel } from "../../../config/environment.ts";
import { nginxConfiguration, type NginxConfiguration } from "../../../config/nginx-configuration.ts";
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
});
