// The rules as a whole: all that the catalogue asks for, each with what a reader needs, each in a file of its own name.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, it } from "mocha";

import { policyCatalogue, policyDigest } from "../../../config/policy-catalogue.ts";
import { rules } from "../../../policies/catalogue.ts";
import { checklist, linesOf, servedBySettings } from "../../../policies/checklist.ts";
import { packDigest, sources } from "../../../policies/digest.ts";
import { outdated } from "../../../policies/reference.ts";
import { run } from "../../lab/command.ts";

const project = join(import.meta.dirname, "..", "..", "..");

/** What the project promises to judge at preview, and how grave each is; written by hand, so that none gets lost. */
const catalogue = {
  critical:
    "CTR-01 CTR-06 CTR-07 IMG-04 NET-01 SEC-01 SEC-02 SSH-01 SSH-02 PG-01 CEL-01 BAK-01 BAK-02 EVD-00 EVD-01 EVD-02 EVD-10 DJ-01 DJ-02 TLS-01 TLS-05",
  high: "CTR-02 CTR-03 CTR-04 CTR-08 CTR-12 CTR-13 CTR-16 CTR-17 CTR-19 CTR-20 CTR-23 IMG-01 IMG-02 NET-03 NET-04 SEC-03 RDS-01 RDS-02 CEL-02 MON-01 DJ-03 DJ-04 DJ-05 DJ-06 TLS-02 TLS-04 NGX-01 WVR-01 EVD-03 EVD-04 EVD-05 EVD-06 EVD-07 EVD-08 EVD-09 EVD-11",
  medium: "CTR-14 CTR-15 CTR-18 CTR-21 CTR-22 NET-05 TLS-03 NGX-02 NGX-03 DOC-01",
};

describe("the catalogue of policies", () => {
  it("has every rule that is promised, as grave as it is, and no other", () => {
    const promised = Object.entries(catalogue).flatMap(([severity, ids]) =>
      ids.split(" ").map((id) => [id, severity] as const),
    );
    const sorted = (pairs: (readonly [string, string])[]): [string, string][] =>
      pairs.map(([id, severity]): [string, string] => [id, severity]).sort(([a], [b]) => (a < b ? -1 : 1));
    assert.deepEqual(sorted(rules.map(({ id, severity }) => [id, severity])), sorted(promised));
    assert.deepEqual(sorted(Object.entries(policyCatalogue)), sorted(promised));
  });

  it("has each rule once, in a file of its name, and no file besides", () => {
    const files = readdirSync(join(project, "policies", "rules"));
    assert.deepEqual(
      files.map((file) => file.split("-").slice(0, 2).join("-").toUpperCase()).sort(),
      rules.map(({ id }) => id).sort(),
    );
    for (const { id } of rules) {
      const file = files.find((name) => name.startsWith(`${id.toLowerCase()}-`)) ?? "";
      assert.match(readFileSync(join(project, "policies", "rules", file), "utf8"), new RegExp(`\\bid: "${id}"`));
    }
  });

  it("says of each rule what holds, why, by whose word and what to do", () => {
    for (const { id, name, description, reference, mend } of rules) {
      assert.match(name, /^[A-Za-z'].{10,90}[^.]$/, id);
      assert.match(description, /^[A-Z`].{20,}[.]$/, id);
      assert.ok(reference.length >= 8, id);
      // The setting, the resource's input or the file that is to be changed.
      assert.match(mend, /`[^`]+`|host\/|components\//, id);
    }
    assert.equal(new Set(rules.map(({ name }) => name)).size, rules.length);
  });

  it("serves every line of the checklist", () => {
    const served = new Set([servedBySettings, ...rules.flatMap(linesOf)]);
    const lines = checklist.map(({ line }) => line);
    assert.deepEqual(
      lines.filter((line) => !served.has(line)),
      [],
    );
  });

  it("names settings that there are", () => {
    const schema = JSON.stringify(JSON.parse(readFileSync(join(project, "docs", "stack.schema.json"), "utf8")));
    const section =
      /`((?:site|application|worker|beat|postgres|redis|nginx|certbot|frontend|host|data|policies|documentation|evidence)(?:\.[A-Za-z]+)+)`/g;
    for (const { id, mend } of rules)
      for (const [, path = ""] of mend.matchAll(section))
        for (const key of path.split(".").slice(1)) {
          if (/^[A-Z_]+$/.test(key)) continue;
          assert.ok(schema.includes(`"${key}":`), `${id} names ${path}`);
        }
  });

  it("is the same in the reference, in the program and in the pack", async () => {
    assert.deepEqual(outdated(), []);
    assert.equal(policyDigest, packDigest());
    const { code } = await run("node", ["policies/reference.ts", "--check"], { directory: project });
    assert.equal(code, 0);
  });

  it("has a digest that changes with any of its files", async () => {
    const folder = mkdtempSync(join(tmpdir(), "socle-pack-"));
    try {
      cpSync(join(project, "policies"), join(folder, "policies"), { recursive: true });
      const own = (await import(join(folder, "policies", "digest.ts"))) as { packDigest: () => string };
      const edited = (path: string, edit: (text: string) => string): string => {
        const file = join(folder, "policies", path);
        const before = readFileSync(file, "utf8");
        assert.notEqual(edit(before), before, path);
        writeFileSync(file, edit(before));
        const digest = own.packDigest();
        writeFileSync(file, before);
        return digest;
      };
      assert.equal(own.packDigest(), policyDigest);
      const seen = [
        policyDigest,
        ...["catalogue.ts", "rules/ctr-01-privileged.ts", "index.cjs", "PulumiPolicy.yaml"].map((path) =>
          edited(path, (text) => `${text}\n`),
        ),
        // Emptied, and a rule weakened.
        edited("catalogue.ts", (text) => text.replace(/(readonly Rule\[\] = \[)[^\]]*\]/, "$1]")),
        edited("rules/ctr-01-privileged.ts", (text) => text.replace("when(privileged,", "when(false && privileged,")),
      ];
      assert.equal(new Set(seen).size, seen.length);
      assert.equal(own.packDigest(), policyDigest);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("counts every file of the pack that is run", () => {
    assert.ok(sources().includes("index.ts") && sources().includes("rules/wvr-01-waivers.ts"));
    assert.equal(sources().filter((path) => path.startsWith("rules/")).length, rules.length);
  });

  it("bears the version of the project", () => {
    const version = (file: string): string =>
      (JSON.parse(readFileSync(join(project, file), "utf8")) as { version: string }).version;
    assert.equal(version("policies/package.json"), version("package.json"));
  });
});
