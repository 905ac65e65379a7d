// `npm run evidence` as people and pipelines call it.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { evidenceProgram } from "../../../operations/evidence/program.ts";
import { runCommand } from "../../../operations/command-line.ts";
import type { EvidenceRecord } from "../../../policies/evidence/record.ts";
import { type Result, run } from "../../lab/command.ts";
import { inProcess } from "../../lab/in-process.ts";

const image = `registry.example.org/site@sha256:${"a".repeat(64)}`;
const project = join(import.meta.dirname, "..", "..", "..");
const report = (result: string): string =>
  `<testsuites><testsuite name="pytest" tests="1" timestamp="2026-11-20T10:00:00+00:00"><testcase name="a">${result}</testcase></testsuite></testsuites>`;

const refusal = ({ stdout }: Result): string => (JSON.parse(stdout) as { error: { code: string } }).error.code;

describe("the command of evidence", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-evidence-"));
    writeFileSync(join(folder, "good.xml"), report(""));
    writeFileSync(join(folder, "bad.xml"), report("<failure/>"));
    writeFileSync(join(folder, "gitleaks.json"), "[]\n");
  });
  after(() => rmSync(folder, { recursive: true }));

  const surroundings = (environment: Record<string, string>) => ({
    directory: folder,
    environment: { SOCLE_EVIDENCE: join(folder, "evidence"), SOCLE_EVIDENCE_KEY: undefined, ...environment },
  });
  const evidence = (words: string[], environment: Record<string, string> = {}): Promise<Result> =>
    inProcess(() => runCommand(evidenceProgram(), words), surroundings(environment));

  it("makes a key for its owner alone, and says how the stack is told of it", async () => {
    // As a process of its own, which the others are spared.
    const script = join(project, "operations", "evidence", "evidence.ts");
    const key = (): Promise<Result> =>
      run(process.execPath, [script, "key", "key.pem"], { ...surroundings({}), check: false });
    const { code, stdout } = await key();
    assert.equal(code, 0);
    assert.match(stdout, /socle:evidence:\n {4}publicKeys:\n {6}- MCowBQYDK2VwAyEA[A-Za-z0-9+/]{43}=\n/);
    assert.equal(statSync(join(folder, "key.pem")).mode & 0o777, 0o600);
    const again = await evidence(["key", "key.pem", "--json"]);
    assert.deepEqual([again.code, refusal(again)], [1, "evidence.key-exists"]);
  });

  it("records what a report says, passed or failed, by the report's own date", async () => {
    const { code, stdout, stderr } = await evidence([
      "import",
      "junit",
      "good.xml",
      "--suite",
      "backend",
      "--image",
      image,
    ]);
    assert.equal(code, 0, stderr);
    assert.match(
      stdout,
      /^EVD-03 passed: good\.xml of 2026-11-20T10:00:00\.000Z, by pytest unknown; recorded in .*evidence\.\n$/,
    );
    const words = [
      "import",
      "junit",
      "bad.xml",
      "--suite=e2e",
      `--image=sha256:${"a".repeat(64)}`,
      "--stack=staging",
      "--json",
    ];
    const failed = await evidence(words, { SOCLE_EVIDENCE_KEY: join(folder, "key.pem") });
    const record = JSON.parse(failed.stdout) as EvidenceRecord;
    assert.deepEqual(
      [failed.code, record.result, record.stack, record.details["part"], record.details["failures"]],
      [0, "failed", "socle-staging", "e2e", 1],
    );
    assert.ok(record.signature);
    assert.match(String(record.details["report"]), /^[0-9a-f]{64}$/);
  });

  it("dates a report that does not by its file", async () => {
    utimesSync(join(folder, "gitleaks.json"), new Date(), new Date("2026-11-19T08:00:00Z"));
    const { stdout } = await evidence(["import", "gitleaks", "gitleaks.json", "--image", image, "--json"]);
    const { when, expires } = JSON.parse(stdout) as EvidenceRecord;
    assert.deepEqual([when, expires], ["2026-11-19T08:00:00.000Z", "2026-11-26T08:00:00.000Z"]);
  });

  it("records nothing that is not sound", async () => {
    const before = readFileSync(join(folder, "evidence", "tests.jsonl"), "utf8");
    writeFileSync(join(folder, "cut.xml"), report("").slice(0, 90));
    const later = new Date(Date.now() + 7_200_000).toISOString();
    writeFileSync(join(folder, "later.xml"), report("").replace("2026-11-20T10:00:00+00:00", later));
    const junit = (file: string, ...more: string[]): Promise<Result> =>
      evidence(["import", "junit", file, "--suite", "backend", "--image", image, ...more]);
    for (const [file, code] of [
      ["cut.xml", "evidence.unusable-report"],
      ["later.xml", "evidence.still-to-come"],
      ["none.xml", "evidence.no-report"],
    ] as const) {
      const ended = await junit(file, "--json");
      assert.deepEqual([ended.code, refusal(ended)], [1, code], ended.stderr);
    }
    for (const [attempt, code, said] of [
      [
        () => evidence(["import", "junit", "good.xml", "--suite", "unit", "--image", image]),
        2,
        /choices are backend, e2e/,
      ],
      [() => evidence(["import", "junit", "good.xml", "--suite", "e2e"]), 2, /--image/],
      [
        () => evidence(["import", "junit", "good.xml", "--suite", "e2e", "--image", "site:1.4"]),
        2,
        /Name the image by its digest/,
      ],
      [() => evidence(["import", "k6", "good.xml", "--image", image, "--p95", "fast"]), 2, /Write a number from 0 to/],
      [
        () => evidence(["import", "junit", "good.xml", "--suite", "e2e", "--image", image, "--result", "passed"]),
        2,
        /unknown option '--result'/,
      ],
    ] as const) {
      const ended = await attempt();
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, said);
    }
    assert.equal(readFileSync(join(folder, "evidence", "tests.jsonl"), "utf8"), before);
    assert.deepEqual(readdirSync(join(folder, "evidence")).sort(), ["scans.jsonl", "tests.jsonl"]);
  });

  it("lists for people and for machines, and says what is whole", async () => {
    const { code, stdout } = await evidence(["list"]);
    assert.equal(code, 0);
    assert.match(
      stdout,
      /^passed {2,}EVD-03 {2}backend {2}2026-11-20 10:00 UTC {2}pytest unknown {2,}sha256:aaaaaaaaaaaa .*until 2027-11-20$/m,
    );
    const { records } = JSON.parse((await evidence(["list", "--json"])).stdout) as { records: EvidenceRecord[] };
    assert.equal(records.length, 3);
    const verified = await evidence(["verify"]);
    assert.deepEqual(
      [verified.code, verified.stdout],
      [0, "✔ evidence/scans.jsonl: 1 records, 0 of them signed\n✔ evidence/tests.jsonl: 2 records, 1 of them signed\n"],
    );
  });

  it("finds what an earlier revision had and was removed, whole as the ledger looks", async () => {
    const git = (...words: string[]): Promise<Result> =>
      run("git", ["-c", "user.name=A", "-c", "user.email=a@example.org", ...words], { directory: folder });
    await git("init", "-q");
    await git("add", "evidence");
    await git("commit", "-qm", "evidence");
    assert.equal((await evidence(["verify", "--against", "HEAD"])).code, 0);
    const file = join(folder, "evidence", "tests.jsonl");
    const [first = ""] = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, `${first}\n`);
    assert.equal((await evidence(["verify"])).code, 0);
    const { code, stderr } = await evidence(["verify", "--against", "HEAD"]);
    assert.deepEqual([code, stderr], [1, "✗ evidence/tests.jsonl:2: is not what HEAD has there\n"]);
    const nowhere = await evidence(["verify", "--against", "nowhere", "--json"]);
    assert.equal(refusal(nowhere), "evidence.no-revision");
  });

  it("says which ledger is broken, and where", async () => {
    const file = join(folder, "evidence", "scans.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace('"leaks":0', '"leaks":1'));
    for (const verb of ["verify", "list"]) {
      const { code, stderr } = await evidence([verb]);
      assert.equal(code, 1);
      assert.match(stderr, /evidence\/scans\.jsonl:1: was edited: its hash is another/);
    }
  });
});
