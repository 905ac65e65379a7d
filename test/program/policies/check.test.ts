// `npm run check` says without an engine what the engine says, in every form, with the exit status that a pipeline reads.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import type { Judgement } from "../../../operations/check/judgement.ts";
import { type Preview, Project } from "../../lab/project.ts";

/** `level rule resource` of everything that the engine reports. */
function reported({ said }: Preview): string[] {
  const line = /^ +- \[(mandatory|advisory)\] (?:\[severity: \w+\] )? *([A-Z]{2,3}-\d\d) +\(.*: ([^:()]+)\)$/gm;
  return [...said.matchAll(line)].map(([, level, id, name]) => [level, id, name].join(" ")).sort();
}

/** The same of a check. */
const found = ({ findings }: Judgement): string[] =>
  findings.map(({ level, id, resource }) => `${level} ${id} ${resource}`).sort();

const configurations: [what: string, changes: Record<string, unknown>][] = [
  ["the example", {}],
  ["no waiver at all", { "policies.waivers": [] }],
  ["an ended waiver", { "policies.waivers.1.expires": "2026-01-01" }],
  ["no limit and foreign origins", { "site.rateLimit.enabled": false, "site.corsOrigins": ["https://a.example.net"] }],
  ["staging", { tier: "staging", "policies.waivers": [] }],
  [
    "data that goes with the stack, levels of its own",
    {
      "data.keepOnDestroy": false,
      "policies.enforcement": { "MON-01": "off", "NGX-03": "mandatory" },
      "beat.enabled": false,
      frontend: undefined,
    },
  ],
];

describe("the check without an engine", function () {
  this.timeout(120_000);
  let project: Project;
  before(async () => {
    project = await Project.create();
  });
  after(() => project.remove());

  for (const [what, changes] of configurations)
    it(`agrees with the engine: ${what}`, async () => {
      const preview = await project.preview(changes);
      const { code, printed } = await project.check("--stack", "production", "--format", "json");
      const judgement = JSON.parse(printed) as Judgement;
      assert.deepEqual(found(judgement), reported(preview));
      assert.equal(code, preview.code === 0 ? 0 : 1, preview.said);
      assert.ok(judgement.findings.length > 0 && judgement.met > 100);
    });

  it("agrees with the engine on an edit of the program", async () => {
    const unsafe = (text: string): string => text.replace('"no-new-privileges:true"', '"seccomp=unconfined"');
    await project.with("components/container.ts", unsafe, async () => {
      const preview = await project.preview();
      const { code, printed } = await project.check("--stack", "production", "--format", "json");
      assert.deepEqual(found(JSON.parse(printed) as Judgement), reported(preview));
      assert.deepEqual([code, preview.code === 0], [1, false]);
    });
  });

  const agreed = async (): Promise<string[]> => {
    const preview = await project.preview();
    const { code, printed } = await project.check("--stack", "production", "--format", "json");
    const judgement = JSON.parse(printed) as Judgement;
    assert.deepEqual(found(judgement), reported(preview));
    assert.deepEqual([code, preview.code === 0], [1, false]);
    return found(judgement).filter((each) => each.startsWith("mandatory"));
  };

  it("agrees with the engine where there is no evidence: what is not waived blocks", async () => {
    await project.renamed("evidence", "elsewhere", async () => {
      assert.deepEqual(
        await agreed(),
        ["EVD-03", "EVD-04", "EVD-08"].map((id) => `mandatory ${id} site`),
      );
    });
  });

  it("agrees with the engine on a ledger that somebody edited: it blocks, and none of it counts", async () => {
    const edited = (text: string): string => text.replace('"tests":60', '"tests":61');
    await project.with("evidence/tests.jsonl", edited, async () => {
      assert.deepEqual(await agreed(), ["mandatory EVD-00 site", "mandatory EVD-03 site"]);
    });
  });

  it("names settings that are refused, as the program does", async () => {
    const preview = await project.preview({ "application.debug": true });
    const { code, said } = await project.check("-s", "production");
    assert.equal(code, 1);
    for (const text of [said, preview.said])
      assert.match(text, /application\.debug: found true in production: DEBUG shows settings/);
    assert.match(said, /Stack production is refused: 1 to mend/);
  });

  it("is written for people, for a pull request and for code scanning", async () => {
    await project.preview({ "policies.waivers": [] });
    const table = await project.check("--stack", "production");
    assert.match(table.said, /^✗ BAK-02 {2}violated {2}site\n {4}A backup is kept elsewhere/m);
    assert.match(table.said, /Stack production is refused: 8 to mend; 0 to know of; \d+ checks met\./);
    const { printed: markdown } = await project.check("--stack", "production", "--format", "markdown");
    assert.match(markdown, /^\| ❌ BAK-02 \| critical \| violated \| site \| A backup is kept elsewhere/m);
    const { code, printed } = await project.check("--stack", "production", "--format", "sarif");
    const sarif = JSON.parse(printed) as {
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
      const { code, said } = await project.check(...args);
      assert.equal(code, 2, said);
      assert.match(said, words);
    }
  });

  it("says how it is called", async () => {
    const { code, printed } = await project.check("--help");
    assert.equal(code, 0);
    assert.match(printed, /^usage: npm run check -- --stack NAME .*\n\nJudges a stack by every policy/);
  });

  it("takes less than three seconds", async () => {
    const times: number[] = [];
    for (let round = 0; round < 3; round++) {
      const start = performance.now();
      await project.check("--stack", "production");
      times.push((performance.now() - start) / 1000);
    }
    assert.ok(Math.min(...times) < 3, times.join(" s, "));
  });
});
