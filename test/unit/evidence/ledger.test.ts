// Ledgers: whatever is changed in one is noticed, named by file and line; what is signed cannot be made anew.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";

import { append } from "../../../operations/evidence/append.ts";
import { makeKey, publicLine, signingKey } from "../../../operations/evidence/key.ts";
import { record, type Trial } from "../../../operations/evidence/record.ts";
import { canonical, chained, type Statement } from "../../../policies/evidence/chain.ts";
import { counting, Evidence } from "../../../policies/evidence/evidence.ts";
import { parseLedger } from "../../../policies/evidence/ledger.ts";
import { fixed } from "../config/arbitrary.ts";
import { run } from "../../lab/command.ts";
import { everyTrial, recorded } from "../../lab/evidence.ts";

const subject = `sha256:${"a".repeat(64)}`;
const records = recorded(everyTrial({ subject, stack: "socle-production", proxy: "0".repeat(16) }, "2026-11-21"));
const lines = records.map((each) => `${canonical(each)}\n`);
const text = lines.join("");
const shown = "evidence/all.jsonl";
const flaw = (bytes: string | Uint8Array) => parseLedger("all", Buffer.from(bytes), shown).flaw;

const trial: Trial = {
  policy: "EVD-03",
  subject,
  tool: { name: "pytest", version: "8.4" },
  result: "passed",
  details: { part: "backend", tests: 3 },
};

describe("a ledger", () => {
  it("is whole as it was written", () => {
    const ledger = parseLedger("all", Buffer.from(text), shown);
    assert.deepEqual(ledger, { name: "all", records });
    assert.deepEqual(parseLedger("all", Buffer.from(""), shown), { name: "all", records: [] });
  });

  it("shows the edit of any byte, and counts no more", () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const edited = Buffer.from(bytes);
        edited[at] = (edited[at]! + by) % 256;
        const ledger = parseLedger("all", edited, shown);
        const line = bytes.subarray(0, at).toString().split("\n").length;
        assert.ok(ledger.flaw, `byte ${at}`);
        assert.equal(ledger.records.length, 0);
        // A line that was joined to the next or cut in two is named by its first.
        assert.match(ledger.flaw.where, new RegExp(`^evidence/all\\.jsonl:(${line}|1|${line + 1})$`));
      }),
      fixed(400),
    );
  });

  it("shows any byte that was taken out or put in", () => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 255 }), fc.boolean(), (at, byte, takenOut) => {
        const parts = takenOut
          ? [bytes.subarray(0, at), bytes.subarray(at + 1)]
          : [bytes.subarray(0, at), Buffer.of(byte), bytes.subarray(at)];
        assert.ok(flaw(Buffer.concat(parts)), `byte ${at}`);
      }),
      fixed(400),
    );
  });

  it("shows any record that was removed, doubled or moved, by its line", () => {
    fc.assert(
      fc.property(fc.nat(lines.length - 2), fc.nat(lines.length - 1), (at, to) => {
        const without = lines.toSpliced(at, 1);
        assert.equal(flaw(without.join(""))?.where, `${shown}:${at + 1}`);
        assert.equal(flaw(lines.toSpliced(at, 0, lines[at]!).join(""))?.where, `${shown}:${at + 2}`);
        if (at !== to) assert.ok(flaw(without.toSpliced(to, 0, lines[at]!).join("")));
      }),
      fixed(100),
    );
  });

  it("says what is wrong with it", () => {
    const of = (line: number, change: (record: Record<string, unknown>) => void): string | undefined => {
      const record = JSON.parse(lines[line]!) as Record<string, unknown>;
      change(record);
      return flaw(lines.with(line, `${canonical(record)}\n`).join(""))?.found;
    };
    assert.equal(
      of(4, (record) => (record["result"] = "failed")),
      "was edited: its hash is another",
    );
    assert.equal(
      of(4, (record) => (record["previous"] = "0".repeat(64))),
      "was edited: its hash is another",
    );
    assert.match(of(2, (record) => delete record["when"]) ?? "", /^is no record: when: /);
    assert.match(of(2, (record) => (record["by"] = "hand")) ?? "", /^is no record: the line: Unrecognized key/);
    assert.equal(flaw(text.slice(0, -1))?.found, "is cut off: a line break is missing at its end");
    assert.equal(flaw(`${text}\n`)?.found, "is no record: not JSON");
    assert.equal(
      flaw(text.replace('{"details"', '{ "details"'))?.found,
      "was edited: not in the form that it was written in",
    );
    assert.equal(flaw(Buffer.from([0xff, 0x0a]))?.found, "is not text in UTF-8");
    // Made anew with right hashes, in the wrong place.
    assert.equal(
      flaw(lines.toSpliced(1, 1).join(""))?.found,
      "does not follow the record before it: one was removed, added or moved",
    );
  });
});

describe("evidence in a folder", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-evidence-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    delete process.env["SOCLE_EVIDENCE_KEY"];
  });
  const read = (): Promise<Evidence> => Evidence.read(folder);

  it("is none where there is no folder, and what was recorded where there is", async () => {
    const nothing = await Evidence.read(join(folder, "nowhere"));
    assert.deepEqual([nothing.find({}), nothing.flaws], [[], []]);
    const first = await record(trial, folder);
    const second = await record({ ...trial, policy: "EVD-08", result: "failed" }, folder);
    assert.deepEqual(readdirSync(folder).sort(), ["scans.jsonl", "tests.jsonl"]);
    const evidence = await read();
    assert.deepEqual(evidence.flaws, []);
    assert.deepEqual(new Set(evidence.find({}).map(({ hash }) => hash)), new Set([first.hash, second.hash]));
    assert.equal(Date.parse(second.expires) - Date.parse(second.when), 7 * 86_400_000);
  });

  it("loses nothing where several write at once", async function () {
    this.timeout(300_000);
    await Promise.all(Array.from({ length: 12 }, (_, tests) => record({ ...trial, details: { tests } }, folder)));
    const url = JSON.stringify(join(import.meta.dirname, "../../../operations/evidence/record.ts"));
    const writer = `const { record } = await import(${url});
      for (let round = 0; round < 8; round++) await record({ ...${JSON.stringify(trial)}, details: { round } }, ${JSON.stringify(folder)});`;
    await Promise.all([1, 2, 3].map(() => run("node", ["--input-type=module", "--eval", writer])));
    const evidence = await read();
    assert.deepEqual(evidence.flaws, []);
    assert.equal(evidence.find({}).length, 12 + 3 * 8);
    assert.deepEqual(readdirSync(folder), ["tests.jsonl"]);
  });

  it("waits for another writer, and says who it is", async () => {
    const { hash: _, previous: __, ...statement } = await record(trial, folder);
    const write = (patience: number) => append(folder, "tests", [statement], undefined, patience);
    const lock = join(folder, "tests.jsonl.lock");
    const before = readFileSync(join(folder, "tests.jsonl"), "utf8");
    writeFileSync(lock, "process 1 of elsewhere, since yesterday");
    const path = join(folder, "tests.jsonl");
    await assert.rejects(write(200), {
      code: "evidence.ledger-busy",
      facts: { path, owner: "process 1 of elsewhere, since yesterday", lock },
    });
    assert.equal(readFileSync(join(folder, "tests.jsonl"), "utf8"), before);
    const waiting = write(10_000);
    assert.deepEqual(readdirSync(folder).length, 3, "it has not written yet, and has not given up");
    rmSync(lock);
    await waiting;
    assert.equal((await read()).find({}).length, 2);
    assert.deepEqual(readdirSync(folder), ["tests.jsonl"]);
  });

  it("takes nothing more into a broken ledger", async () => {
    await record(trial, folder);
    const file = join(folder, "tests.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replace('"passed"', '"failed"'));
    await assert.rejects(record(trial, folder), {
      code: "evidence.broken-ledger",
      facts: { where: `${basename(folder)}/tests.jsonl:1`, found: "was edited: its hash is another", path: file },
    });
    const { flaws } = await read();
    assert.equal(flaws.length, 1);
  });

  it("takes nothing that is still to come, or that could not count", async () => {
    const later = new Date(Date.now() + 3_600_000);
    await assert.rejects(record({ ...trial, when: later }, folder), {
      code: "evidence.still-to-come",
      facts: { policy: trial.policy, when: later.toISOString() },
    });
    const statement: Statement = { ...trial, when: "2026-01-01T00:00:00.000Z", expires: "2025-01-01T00:00:00.000Z" };
    await assert.rejects(append(folder, "tests", [statement]), { code: "evidence.expired-before" });
    await assert.rejects(record({ ...trial, subject: "site:latest" }, folder), /subject/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it("counts by its signature where keys are named", async () => {
    const path = join(folder, "key.pem");
    const own = makeKey(path);
    assert.throws(() => makeKey(path), { code: "evidence.key-exists", facts: { path } });
    const unsigned = await record(trial, folder);
    process.env["SOCLE_EVIDENCE_KEY"] = path;
    const byFile = await record(trial, folder);
    process.env["SOCLE_EVIDENCE_KEY"] = readFileSync(path, "utf8");
    const byText = await record(trial, folder);
    const all = (await read()).find({ policy: "EVD-03" });
    const hashes = (keys: string[]): Set<string> => new Set(counting(all, keys).map(({ hash }) => hash));
    assert.deepEqual(hashes([]), new Set([unsigned.hash, byFile.hash, byText.hash]));
    assert.deepEqual(hashes([own]), new Set([byFile.hash, byText.hash]));
    const other = publicLine(generateKeyPairSync("ed25519").privateKey);
    assert.deepEqual(hashes([other]), new Set());
    assert.deepEqual(hashes([other, own]), new Set([byFile.hash, byText.hash]));
    // Whoever makes the whole chain anew, with right hashes, cannot sign it.
    const { hash: _, signature, previous, ...said } = byText;
    const forged = { ...chained({ ...said, result: "failed" }, previous), ...(signature ? { signature } : {}) };
    assert.deepEqual(counting([forged], [own]), []);
  });

  it("is not signed by what is no key", () => {
    for (const [given, code] of [
      ["/nowhere/key.pem", "evidence.no-key-file"],
      ["-----BEGIN PRIVATE KEY-----\nMC4CAQAw", "evidence.no-private-key"],
      [
        generateKeyPairSync("ec", { namedCurve: "P-256" })
          .privateKey.export({ format: "pem", type: "pkcs8" })
          .toString(),
        "evidence.other-key",
      ],
    ] as const)
      assert.throws(() => signingKey(given), { code });
    assert.equal(signingKey(""), undefined);
  });
});
