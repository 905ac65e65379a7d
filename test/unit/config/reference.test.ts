import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Ajv } from "ajv";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { parse } from "yaml";

import { environmentModel } from "../../../config/environment.ts";
import { outdated, references } from "../../../config/reference.ts";
import { stackSettings } from "../../../config/schema.ts";
import { type Setting, settingOf } from "../../../config/setting.ts";
import { fixed, stack } from "./arbitrary.ts";
import { changed, dev, mistakes, production, project, read, type Sections } from "./stack.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const examples = ["examples/Pulumi.dev.yaml", "Pulumi.staging.yaml", "Pulumi.production.yaml"];

const schema = JSON.parse(references()["docs/stack.schema.json"] ?? "") as object;
const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schema);

/** What the JSON schema has against a stack file: where, and which keyword. */
function objections(file: unknown): string[] {
  return validate(file)
    ? []
    : (validate.errors ?? []).map(({ instancePath, keyword }) => `${readable(instancePath)} ${keyword}`);
}

/** A JSON pointer as one writes it in a program: .config['socle:host'].port */
function readable(pointer: string): string {
  const keys = pointer.split("/").slice(1);
  return keys
    .map((key) => (/^[A-Za-z_]\w*$/.test(key) ? `.${key}` : /^\d+$/.test(key) ? `[${key}]` : `['${key}']`))
    .join("");
}

const file = (sections: Sections, further: Record<string, unknown> = {}): unknown => ({
  config: {
    ...Object.fromEntries(Object.entries(sections).map(([name, value]) => [`${project}:${name}`, value])),
    ...further,
  },
});

/** Every setting below a group, with its path. */
function settings(setting: Setting, path: string): [string, Setting][] {
  const groups = setting.oneOf ?? [setting];
  return [
    [path, setting],
    ...groups.flatMap(({ properties = {} }) =>
      Object.entries(properties).flatMap(([name, inner]) => settings(inner, `${path}.${name}`)),
    ),
  ];
}

describe("the generated references", () => {
  let copy = "";
  before(() => {
    copy = mkdtempSync(join(tmpdir(), "reference-"));
    for (const part of ["Pulumi.yaml", "package.json", "config", "docs", "host"])
      cpSync(join(root, part), join(copy, part), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  });
  after(() => {
    rmSync(copy, { recursive: true });
  });
  const generator = (...words: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [join(copy, "config/reference.ts"), ...words], { encoding: "utf8" });

  it("are current", () => {
    assert.deepEqual(outdated(), [], "run `npx node config/reference.ts` and commit what it writes");
  });

  it("--check says which is not current, and writes nothing", () => {
    const page = join(copy, "docs/configuration.md");
    writeFileSync(page, "former");
    rmSync(join(copy, "docs/stack.schema.json"));
    const { status, stderr } = generator("--check");
    assert.equal(status, 1);
    assert.deepEqual(stderr.trim().split("\n"), [
      "docs/configuration.md is not what config/schema.ts says; run `npx node config/reference.ts` and commit it.",
      "docs/stack.schema.json is not what config/schema.ts says; run `npx node config/reference.ts` and commit it.",
    ]);
    assert.equal(readFileSync(page, "utf8"), "former");

    assert.equal(generator().stdout, "written: docs/configuration.md\nwritten: docs/stack.schema.json\n");
    assert.deepEqual([generator("--check").status, generator("--check").stderr, generator().stdout], [0, "", ""]);
    assert.equal(readFileSync(page, "utf8"), references()["docs/configuration.md"]);
  });

  it("refuse an argument that they do not know", () => {
    const { status, stderr } = generator("--chekc");
    assert.deepEqual([status, stderr], [2, "unknown argument '--chekc'; usage: node config/reference.ts [--check]\n"]);
  });

  it("explain every setting", () => {
    const page = references()["docs/configuration.md"] ?? "";
    for (const [path, setting] of settings(settingOf(stackSettings), project).slice(1)) {
      const [, section = "", ...rest] = path.split(".");
      const meaning = setting.description ?? "";
      assert.ok(meaning.length > 10, `${path} has no description`);
      const shown = rest.length === 0 || rest[0] === "type" ? meaning : `| \`${rest.join(".")}\` |`;
      const chapter = page.slice(page.indexOf(`## ${project}:${section}\n`)).split(/\n## /)[0] ?? "";
      assert.ok(chapter.includes(shown), path);
    }
    assert.doesNotMatch(page, /undefined|\[object|9007199254740991/);
  });

  it("say in words what a form is", () => {
    for (const [path, { title, ...setting }] of settings(settingOf(stackSettings), project))
      if ("pattern" in setting && setting.format !== "email") assert.ok(title, `${path} has a pattern and no title`);
  });
});

describe("the schema of a stack file", () => {
  for (const path of examples)
    it(`takes ${path}, and so does the program`, () => {
      const text = readFileSync(join(root, path), "utf8");
      const content = parse(text) as { config: Record<string, unknown> };
      assert.deepEqual(objections(content), []);
      const sections = Object.fromEntries(
        Object.entries(content.config).map(([key, value]) => [key.replace(`${project}:`, ""), value]),
      );
      assert.deepEqual(mistakes(sections), []);
      const model = environmentModel(project, "trial", read(sections));
      assert.equal(`Pulumi.${model.tier}.yaml`, path.split("/").at(-1));
      // The example for `dev` is copied to the project's folder, too.
      assert.equal(text.split("\n")[0], "# yaml-language-server: $schema=docs/stack.schema.json");
    });

  it("is enough for three settings of one's own: the examples mark them", () => {
    for (const path of examples.slice(1)) {
      const text = readFileSync(join(root, path), "utf8");
      assert.deepEqual(
        [...text.matchAll(/# CHANGE \((\d) of 3\).*\n\s*(\w+):/g)].map(
          ([, number, setting]) => `${number ?? ""} ${setting ?? ""}`,
        ),
        ["1 address", "2 hostKey", "3 domains"],
      );
    }
  });

  it("takes every valid configuration", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        assert.deepEqual(objections(file(sections)), []);
      }),
      fixed(200),
    );
  });

  it("takes encrypted secrets and what Pulumi writes itself", () => {
    const content = file(dev(), { "secrets:RESEND_API_KEY": { secure: "v1:abc" }, "pulumi:tags": { team: "site" } });
    assert.deepEqual(objections({ ...(content as object), encryptionsalt: "v1:x", secretsprovider: "passphrase" }), []);
  });

  const bad: [what: string, content: unknown, objection: string][] = [
    ["an unknown section", file(dev(), { "socle:wroker": {} }), ".config additionalProperties"],
    ["an unknown namespace", file(dev(), { "scole:tier": "dev" }), ".config additionalProperties"],
    ["an unknown part of the file", { ...(file(dev()) as object), configuration: {} }, " additionalProperties"],
    [
      "an unknown setting",
      file(changed(dev(), { "site.tls.mod": "acme" })),
      ".config['socle:site'].tls additionalProperties",
    ],
    ["a missing section", file({ ...dev(), site: undefined }), ".config required"],
    [
      "a secret in clear",
      file(dev(), { "secrets:RESEND_API_KEY": "re_123" }),
      ".config['secrets:RESEND_API_KEY'] type",
    ],
    [
      "a secret with a bad name",
      file(dev(), { "secrets:resend": { secure: "v1:abc" } }),
      ".config additionalProperties",
    ],
    [
      "a number in quotes",
      file(changed(dev(), { "site.ports": { http: "80" } })),
      ".config['socle:site'].ports.http type",
    ],
    [
      "a domain with a scheme",
      file(changed(dev(), { "site.domains": ["https://a"] })),
      ".config['socle:site'].domains[0] pattern",
    ],
    [
      "a cut host key",
      file(changed(production(), { "host.hostKey": "ssh-ed25519 A" })),
      ".config['socle:host'].hostKey pattern",
    ],
    [
      "root as a user",
      file(changed(dev(), { "application.user": "0:0" })),
      ".config['socle:application'].user pattern",
    ],
  ];
  for (const [what, content, objection] of bad)
    it(`refuses ${what}`, () => {
      const found = objections(JSON.parse(JSON.stringify(content)));
      assert.ok(found.includes(objection), `${objection} is not among:\n${found.join("\n")}`);
    });
});
