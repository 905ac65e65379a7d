// `socle import env`: what is read of each form of file, and what becomes of each variable.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Problem } from "../../../config/problem.ts";
import { planVariables } from "../../../operations/import/variable-plan.ts";
import { readVariablesFile } from "../../../operations/import/variables-file.ts";

describe("variables from elsewhere", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "socle-import-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const read = async (name: string, text: string, service?: string) =>
    readVariablesFile(await file(name, text), service);

  describe("are read from", () => {
    it("dotenv: quotes, comments, export, several lines, Windows line ends", async () => {
      const text = `# old site\r\nexport PLAIN=a b # said\r\nSINGLE='it is $5'\r\nDOUBLE="two\\nlines"\r\nPEM="-----BEGIN\r\nX\r\n-----END"\r\nEMPTY=\r\n`;
      assert.deepEqual(await read("a.env", text), {
        form: "dotenv",
        variables: {
          PLAIN: "a b",
          SINGLE: "it is $5",
          DOUBLE: "two\nlines",
          PEM: "-----BEGIN\nX\n-----END",
          EMPTY: "",
        },
      });
    });

    it("heroku config, in its three forms", async () => {
      const variables = { A_KEY: "x: y", MODE: "live" };
      const table = "=== my-app Config Vars\n\nA_KEY: x: y\nMODE:  live\n";
      assert.deepEqual(await read("h.txt", table), { form: "output of heroku config", variables });
      assert.deepEqual(await read("h.json", JSON.stringify(variables)), { form: "JSON", variables });
      assert.deepEqual((await read("h.env", "A_KEY='x: y'\nMODE=live\n")).variables, variables);
    });

    it("compose: maps, lists, files of variables, defaults and dollars", async () => {
      await file(".env", "TAG=7\nEMPTY=\n");
      await file("web.env", "FROM_FILE=yes\nMODE=file\n");
      const compose = `
services:
  db: { image: postgres }
  web:
    env_file: [web.env, { path: none.env, required: false }]
    environment:
      MODE: live
      COUNT: 3
      FLAG: true
      TAGGED: v\${TAG}-\${EMPTY:-none}-\${EMPTY-kept}-\${TAG:+set}-$$HOME
      TAG:
      UNKNOWN:
`;
      assert.deepEqual((await read("compose.yaml", compose)).variables, {
        FROM_FILE: "yes",
        MODE: "live",
        COUNT: "3",
        FLAG: "true",
        TAGGED: "v7-none--set-$HOME",
        TAG: "7",
      });
      const listed = "services: { web: { environment: [A=1, TAG, B=x=y] }, worker: { environment: [C=1] } }";
      assert.deepEqual((await read("compose.yml", listed, "web")).variables, { A: "1", TAG: "7", B: "x=y" });
    });
  });

  describe("are refused, with nothing taken and no value shown,", () => {
    const cases: [what: string, file: string, text: string, code: string, facts: object, service?: string][] = [
      ["a line that is no variable", "b.env", "A=1\nhidden-value\n", "import.no-variable", { line: 2 }],
      ["a quote that stays open", "c.env", 'A=1\nB="hidden-value\nC=3\n', "import.open-quote", { line: 2 }],
      ["JSON that is cut off", "d.json", '{"A": "hidden-value', "import.not-json", {}],
      [
        "JSON of several services",
        "e.json",
        '{"web": {"A": "hidden-value"}}',
        "import.no-single-value",
        { key: "web" },
      ],
      ["a table for people", "f.txt", "╔══ Variables ══╗\n║ A │ hidden-value ║\n", "import.table-for-people", {}],
      [
        "heroku's value of several lines",
        "g.txt",
        "=== a Config Vars\nA: x\nhidden-value\n",
        "import.several-lines",
        {},
      ],
      [
        "several services and none named",
        "h.yaml",
        "services: { web: { environment: [A=hidden-value] }, api: { environment: [B=1] } }",
        "import.several-services",
        { services: ["web", "api"] },
      ],
      [
        "a service that is not there",
        "i.yaml",
        "services: { web: {} }",
        "import.no-such-service",
        { service: "api", services: ["web"] },
        "api",
      ],
      [
        "a value from nowhere",
        "j.yaml",
        "services: { web: { environment: { A: $NOWHERE } } }",
        "import.value-from-nowhere",
        { variable: "NOWHERE" },
      ],
      [
        "a missing file of variables",
        "k.yaml",
        "services: { web: { env_file: gone.env } }",
        "import.missing-env-file",
        { path: "gone.env" },
      ],
      ["a service of no compose file", "l.env", "A=hidden-value", "import.no-services", {}, "web"],
    ];
    for (const [what, file, text, code, facts, service] of cases)
      it(what, async () => {
        await assert.rejects(read(file, text, service), (error) => {
          assert.ok(error instanceof Problem);
          assert.deepEqual([error.code, error.facts], [code, { file, ...facts }]);
          assert.ok(!error.message.includes("hidden-value"), error.message);
          return true;
        });
      });
  });

  it("become secrets, plain variables, settings, or are left, each for a reason", () => {
    const steps = planVariables({
      STRIPE_SECRET_KEY: ["sk", "live", "1234567890abcdef"].join("_"),
      SEARCH: "https://user:password@search.example.org",
      EMAIL_HOST: "mail.example.org",
      GOOGLE_SITE_KEY: "public",
      ALLOWED_HOSTS: "example.org, www.example.org",
      CORS_ALLOWED_ORIGINS: "*",
      WEB_CONCURRENCY: "3",
      GUNICORN_WORKERS: "5",
      DATABASE_URL: "postgres://school:pw@db.internal:5432/pupils",
      SECRET_KEY: "x",
      DJANGO_SECRET_KEY: "x",
      PGHOST: "db.internal",
      RAILWAY_STATIC_URL: "x.up.railway.app",
      PORT: "3000",
      lower: "x",
      NOTHING: "",
      constructor: "x",
    });
    assert.deepEqual(
      steps.map(({ variable, becomes, path, value }) => [variable, becomes, path?.join("."), path && value]),
      [
        ["STRIPE_SECRET_KEY", "secret", "secrets:STRIPE_SECRET_KEY", ["sk", "live", "1234567890abcdef"].join("_")],
        ["SEARCH", "secret", "secrets:SEARCH", "https://user:password@search.example.org"],
        ["EMAIL_HOST", "plain", "application.environment.EMAIL_HOST", "mail.example.org"],
        ["GOOGLE_SITE_KEY", "plain", "application.environment.GOOGLE_SITE_KEY", "public"],
        ["ALLOWED_HOSTS", "setting", "site.allowedHosts", ["example.org", "www.example.org"]],
        ["CORS_ALLOWED_ORIGINS", "left", undefined, undefined],
        ["WEB_CONCURRENCY", "setting", "application.workers", 3],
        ["GUNICORN_WORKERS", "left", undefined, undefined],
        ["DATABASE_URL", "left", undefined, undefined],
        ["SECRET_KEY", "left", undefined, undefined],
        ["DJANGO_SECRET_KEY", "review", undefined, undefined],
        ["PGHOST", "review", undefined, undefined],
        ["RAILWAY_STATIC_URL", "left", undefined, undefined],
        ["PORT", "left", undefined, undefined],
        ["lower", "review", undefined, undefined],
        ["NOTHING", "left", undefined, undefined],
        ["constructor", "review", undefined, undefined],
        ["DATABASE_URL", "setting", "postgres.database", "pupils"],
        ["DATABASE_URL", "setting", "postgres.user", "school"],
      ],
    );
    for (const { why } of steps) assert.ok(!/sk_live|password@|:pw@/.test(why), why);
  });
});
