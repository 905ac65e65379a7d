import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { environmentModel } from "../../config/environment.ts";
import { smokeChecks, type SmokeCheck } from "../../config/smoke-checks.ts";
import { changed, dev, production, project, read, type Sections } from "./stack.ts";

const checks = (sections: Sections): SmokeCheck[] => smokeChecks(environmentModel(project, "trial", read(sections)));

describe("smoke checks", () => {
  it("ask for health, the redirect and the sign-in page of the main domain", () => {
    assert.deepEqual(
      checks(production()).map(({ url, status, header }) => ({ url, status, header })),
      [
        { url: "https://www.example.org/health/", status: 200, header: undefined },
        {
          url: "http://www.example.org/",
          status: 301,
          header: { name: "location", value: "https://www.example.org/" },
        },
        { url: "https://www.example.org/admin/login/", status: 200, header: undefined },
      ],
    );
  });

  it("follow ports, health path, preset and frontend", () => {
    const sections = changed(dev(), {
      "site.ports": { http: 8080, https: 8443 },
      "application.healthPath": "/up/",
      "application.preset": "custom",
      "application.commands": { serve: ["serve"], health: ["health"] },
      "worker.enabled": false,
      "beat.enabled": false,
      frontend: {},
    });
    assert.deepEqual(
      checks(sections).map(({ url }) => url),
      ["https://localhost:8443/up/", "http://localhost:8080/", "https://localhost:8443/a/route/of/the/application"],
    );
  });
});
