// `npm run check` in this process: what it finds on which settings, in every form, with the exit status that a pipeline reads.
import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, beforeEach, describe, it } from "mocha";

import { exampleWith } from "../../../operations/check/example.ts";
import type { Judgement } from "../../../operations/check/judgement.ts";
import { judging } from "../../../operations/check/judging.ts";
import { checking } from "../../../operations/check/program.ts";
import { unsafeVariants } from "../../../operations/check/unsafe-variants.ts";
import { rules } from "../../../policies/catalogue.ts";
import { checklist, linesOf } from "../../../policies/checklist.ts";
import type { Result } from "../../lab/command.ts";
import { recordEverything } from "../../lab/evidence.ts";
import { inProcess } from "../../lab/in-process.ts";

const project = join(import.meta.dirname, "..", "..", "..");

/** What the example does not have yet, and waives. */
const owed = [
  ...["BAK-02 site", "DOC-01 site", "IMG-02 backup-restic-image", "IMG-02 certbot-image", "IMG-02 nginx-image"],
  ...["IMG-02 postgres-image", "IMG-02 redis-image", "MON-01 site"],
];
/** What visitors saw of a rollback counts for the proxy that they were tried with. */
const otherProxy = [...owed, "EVD-07 site"].sort();

describe("the check without an engine", () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "socle-check-"));
    copyFileSync(join(project, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    configure();
    await recordEverything(folder, "production");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    configure();
  });

  /** Changes the example's settings, by path. */
  function configure(changes: Readonly<Record<string, unknown>> = {}): void {
    writeFileSync(join(folder, "Pulumi.production.yaml"), exampleWith(changes));
  }

  const check = (...words: string[]): Promise<Result> =>
    inProcess(() => judging(checking(folder), words), { environment: { SOCLE_EVIDENCE: join(folder, "evidence") } });

  interface Judged extends Judgement {
    code: number;
  }

  async function judged(changes: Readonly<Record<string, unknown>> = {}): Promise<Judged> {
    configure(changes);
    const { code, stdout, stderr } = await check("--stack", "production", "--format", "json");
    assert.equal(stderr, "");
    return { code, ...(JSON.parse(stdout) as Judgement) };
  }

  /** Id and resource of the findings of a level. */
  const found = ({ findings }: Judgement, level: string): string[] =>
    findings
      .filter((each) => each.level === level)
      .map(({ id, resource }) => `${id} ${resource}`)
      .sort();

  const configurations: [what: string, changes: Record<string, unknown>, mandatory: string[], advisory: string[]][] = [
    ["the example", {}, [], owed],
    ["no waiver at all", { "policies.waivers": [] }, owed, []],
    [
      "an ended waiver",
      { "policies.waivers.1.expires": "2026-01-01" },
      ["MON-01 site", "WVR-01 site"],
      owed.filter((each) => each !== "MON-01 site"),
    ],
    [
      "no limit and foreign origins",
      { "site.rateLimit.enabled": false, "site.corsOrigins": ["https://a.example.net"] },
      ["DJ-05 site", "DJ-06 nginx-configuration-loaded", "DJ-06 site", "NGX-02 nginx-configuration-loaded"],
      otherProxy,
    ],
    ["staging", { tier: "staging", "policies.waivers": [] }, [], owed],
    [
      "data that goes with the stack, levels of its own",
      {
        "data.keepOnDestroy": false,
        "policies.enforcement": { "MON-01": "off", "NGX-03": "mandatory" },
        "beat.enabled": false,
        frontend: undefined,
      },
      ["PG-01 site"],
      otherProxy.filter((each) => each !== "MON-01 site"),
    ],
  ];
  for (const [what, changes, mandatory, advisory] of configurations)
    it(`finds what is to be found: ${what}`, async () => {
      const judgement = await judged(changes);
      assert.deepEqual([found(judgement, "mandatory"), found(judgement, "advisory")], [mandatory, advisory]);
      assert.equal(judgement.code, mandatory.length === 0 ? 0 : 1);
      assert.ok(judgement.met > 100);
    });

  it("blocks what is not waived where there is no evidence", async () => {
    const [evidence, elsewhere] = [join(folder, "evidence"), join(folder, "elsewhere")];
    renameSync(evidence, elsewhere);
    try {
      const judgement = await judged();
      assert.deepEqual(found(judgement, "mandatory"), ["EVD-03 site", "EVD-04 site", "EVD-08 site"]);
      assert.equal(judgement.code, 1);
    } finally {
      renameSync(elsewhere, evidence);
    }
  });

  it("blocks on a ledger that somebody edited, and none of it counts", async () => {
    const file = join(folder, "evidence", "tests.jsonl");
    const text = readFileSync(file, "utf8");
    writeFileSync(file, text.replace('"tests":60', '"tests":61'));
    try {
      const judgement = await judged();
      assert.deepEqual(found(judgement, "mandatory"), ["EVD-00 site", "EVD-03 site"]);
      assert.equal(judgement.code, 1);
    } finally {
      writeFileSync(file, text);
    }
  });

  it("names settings that are refused, as the program does", async () => {
    configure({ "application.debug": true });
    const { code, stdout } = await check("-s", "production");
    assert.equal(code, 1);
    assert.match(stdout, /application\.debug: found true in production: DEBUG shows settings/);
    assert.match(stdout, /Stack production is refused: 1 to mend/);
  });

  it("is written for people, for a pull request and for code scanning", async () => {
    configure({ "policies.waivers": [] });
    const table = await check("--stack", "production");
    assert.match(table.stdout, /^✗ BAK-02 {2}violated {2}site\n {4}A backup is kept elsewhere/m);
    assert.match(table.stdout, /Stack production is refused: 8 to mend; 0 to know of; \d+ checks met\./);
    const markdown = await check("--stack", "production", "--format", "markdown");
    assert.match(markdown.stdout, /^\| ❌ BAK-02 \| critical \| violated \| site \| A backup is kept elsewhere/m);
    const { code, stdout } = await check("--stack", "production", "--format", "sarif");
    const sarif = JSON.parse(stdout) as {
      version: string;
      runs: { tool: { driver: { rules: { id: string }[] } }; results: { ruleId: string; level: string }[] }[];
    };
    assert.deepEqual([code, sarif.version, sarif.runs.length], [1, "2.1.0", 1]);
    const [run] = sarif.runs;
    const ids = new Set(run?.tool.driver.rules.map(({ id }) => id));
    assert.equal(run?.results.length, 8);
    for (const { ruleId, level } of run.results) assert.ok(ids.has(ruleId) && level === "error", ruleId);
  });

  it("exits with 2 when it cannot judge", async () => {
    for (const [args, words] of [
      [["--stack", "nowhere"], /There is no .*Pulumi\.nowhere\.yaml\. Name a stack that has one/],
      [[], /^usage: npm run check -- --stack NAME \[--format table\|markdown\|json\|sarif\]/],
      [["--stack", "production", "--format", "pdf"], /^usage: /],
      [["--stak", "production"], /Unknown option '--stak'.*\nusage: npm run check -- --stack NAME/],
    ] as const) {
      const { code, stdout, stderr } = await check(...args);
      assert.deepEqual([code, stdout], [2, ""], stderr);
      assert.match(stderr, words);
    }
  });

  it("says how it is called", async () => {
    const { code, stdout } = await check("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^usage: npm run check -- --stack NAME .*\n\nJudges a stack by every policy/);
  });

  describe("of an unsafe production stack", () => {
    // What is wrong with the program itself is shown with the real engine: test/program/policies/checklist.test.ts.
    for (const { line, settings = {}, edit, by, says } of unsafeVariants)
      if (!edit)
        it(`is refused by ${by}: ${line}`, async () => {
          const { code, findings } = await judged(settings);
          assert.equal(code, 1);
          const rule = rules.find(({ id }) => id === by);
          const refusals = findings
            .filter(({ level }) => level === "mandatory")
            .filter(({ id, resource }) => (rule ? id === by : id === "configuration" && resource === by));
          const message = refusals.map((each) => each.message).join("\n");
          assert.match(message, says);
          if (rule) assert.deepEqual([...new Set(refusals.map(({ severity }) => severity))], [rule.severity]);
        });

    it("is shown for every line of the checklist, by a rule that serves it", () => {
      const shown = new Set(unsafeVariants.map(({ line }) => line));
      assert.deepEqual(
        checklist.map(({ line }) => line).filter((line) => !shown.has(line)),
        [],
      );
      for (const { line, by } of unsafeVariants) {
        const rule = rules.find(({ id }) => id === by);
        if (rule) assert.ok(linesOf(rule).includes(line), `${by} serves ${line}`);
      }
    });
  });
});
