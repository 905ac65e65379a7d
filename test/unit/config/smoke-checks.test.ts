import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { environmentModel } from "../../../config/environment.ts";
import { smokeCheckLines, smokeChecks, type SmokeCheck } from "../../../config/smoke-checks.ts";
import { changed, dev, failure, production, project, read, type Sections } from "./stack.ts";

const checks = (sections: Sections): SmokeCheck[] => smokeChecks(environmentModel(project, "trial", read(sections)));

describe("smoke checks", () => {
  it("ask for health and the redirect of the main domain", () => {
    assert.deepEqual(
      checks(production()).map(({ url, status, header }) => ({ url, status, header })),
      [
        { url: "https://www.example.org/health/", status: 200, header: undefined },
        {
          url: "http://www.example.org/",
          status: 301,
          header: { name: "location", value: "https://www.example.org/" },
        },
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

  it("of the site's own come after, at the main domain, line by line for the host", () => {
    const sections = changed(production(), {
      "release.smokeChecks": [
        { name: "the front page", path: "/?from=check", contains: "Welcome", header: { name: "Server", value: "n" } },
        { name: "no stranger", path: "/private/", method: "HEAD", status: 403, headers: { Accept: "a/b" }, timeout: 3 },
      ],
    });
    assert.deepEqual(smokeCheckLines(checks(sections).slice(2)).replaceAll("#: ", "").split("\n"), [
      "check the front page",
      "ask GET https://www.example.org/?from=check",
      "status 200",
      "header Server: n",
      "contains Welcome",
      "within 10",
      "end",
      "check no stranger",
      "ask HEAD https://www.example.org/private/",
      "send Accept: a/b",
      "status 403",
      "within 3",
      "end",
      "",
    ]);
  });

  for (const [what, check, path] of [
    ["two lines", { name: "one\ntwo", path: "/" }, "release.smokeChecks.0.name"],
    ["another site", { name: "a", path: "https://other.example/" }, "release.smokeChecks.0.path"],
    ["a status that is none", { name: "a", path: "/", status: 20 }, "release.smokeChecks.0.status"],
    [
      "a header with a value in its name",
      { name: "a", path: "/", headers: { "A: b": "c" } },
      "release.smokeChecks.0.headers.A: b",
    ],
  ] as const)
    it(`may not name ${what}`, () => {
      assert.deepEqual(
        failure(changed(production(), { "release.smokeChecks": [check] }))?.mistakes.map((mistake) => mistake.path),
        [path],
      );
    });
});
