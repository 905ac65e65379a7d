// Every probe: met on a server where all is well, and what it says of each thing that is not.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "mocha";

import { policyCatalogue } from "../../../config/policy-catalogue.ts";
import { probes } from "../../../operations/audit/catalogue.ts";
import { decided, judgement, verdictOf } from "../../../operations/audit/judgement.ts";
import type { Gathered, Probe } from "../../../operations/audit/probe.ts";
import { outdated } from "../../../operations/audit/reference.ts";
import { cases } from "./cases.ts";
import { gathered } from "./gathered.ts";

const project = join(import.meta.dirname, "..", "..", "..");
const today = "2026-12-01";

/** What a running host and site are judged by, and how grave each is; written by hand, so that none gets lost. */
const promised = {
  critical: "HST-01 HST-04 HST-05 LIV-02",
  high: "HST-07 HST-14 HST-16 HST-17 LIV-01 LIV-03 LIV-05 LIV-06 LIV-07",
};

const verdict = (probe: Probe, change: (good: Gathered) => void = () => undefined) => {
  const changed = gathered();
  change(changed);
  return verdictOf(probe, changed, today);
};

describe("the catalogue of probes", () => {
  it("has every probe that is promised, as grave as it is, and no other", () => {
    const expected = Object.entries(promised).flatMap(([severity, ids]) =>
      ids.split(" ").map((id) => `${id} ${severity}`),
    );
    assert.deepEqual(probes.map(({ id, severity }) => `${id} ${severity}`).sort(), expected.sort());
    for (const { id } of probes) assert.ok(!Object.hasOwn(policyCatalogue, id), `${id} is a policy's`);
  });

  it("has each in a file of its name, and no file besides", () => {
    const files = readdirSync(join(project, "operations/audit/probes"));
    assert.deepEqual(files.map((file) => file.slice(0, 6).toUpperCase()).sort(), probes.map(({ id }) => id).sort());
    for (const file of files)
      assert.match(
        readFileSync(join(project, "operations/audit/probes", file), "utf8"),
        new RegExp(`\\bid: "${file.slice(0, 6).toUpperCase()}"`),
      );
  });

  it("says of each what holds, why, by whose word and what to do", () => {
    for (const { id, name, description, reference, mend } of probes) {
      assert.match(name, /^[A-Za-z'].{10,90}[^.]$/, id);
      assert.match(description, /^[A-Z`].{20,}[.]$/, id);
      assert.ok(reference.length >= 8, id);
      assert.match(mend, /`[^`]+`/, id);
    }
  });

  it("has a case of every kind for every probe", () => {
    for (const { id } of probes) {
      const own = cases[id];
      assert.ok(own, id);
      assert.ok(Object.keys(own.bad).length > 0 && Object.keys(own.undecided).length > 0, id);
    }
  });

  it("is the same in the reference and in the program", () => {
    assert.deepEqual(outdated(), []);
  });
});

for (const probe of probes) {
  const { bad = {}, undecided = {}, good = {}, notApplicable = {} } = cases[probe.id] ?? {};
  describe(`${probe.id}: ${probe.name}`, () => {
    it("is met where all is well, and says what was seen", () => {
      const { outcome, message, level } = verdict(probe);
      assert.deepEqual([outcome, level], ["met", "mandatory"], message);
      assert.ok(message.length > probe.name.length + 8, message);
    });

    for (const [what, change] of Object.entries(good))
      it(`is met: ${what}`, () => {
        const { outcome, message } = verdict(probe, change);
        assert.equal(outcome, "met", message);
      });

    for (const [what, [change, ...found]] of Object.entries(bad))
      it(`is violated: ${what}`, () => {
        const { outcome, message, level } = verdict(probe, change);
        assert.deepEqual([outcome, level], ["violated", "mandatory"], message);
        const lines = message.split("\n");
        assert.deepEqual(
          lines.filter((line) => /^ {2}\S/.test(line)).map((line) => line.trim()),
          found,
        );
        assert.ok(message.includes(`    → ${probe.mend}\n    ${probe.reference}`), message);
      });

    for (const [what, [change, found]] of Object.entries(undecided))
      it(`is undecided, which production does not count as passed: ${what}`, () => {
        const { outcome, message, level } = verdict(probe, change);
        assert.deepEqual([outcome, level], ["undecided", "mandatory"], message);
        assert.ok(message.includes(`  ${found}\n    → `), message);
      });

    for (const [what, [change, reason]] of Object.entries(notApplicable))
      it(`is not applicable: ${what}`, () => {
        const { outcome, message, level } = verdict(probe, change);
        assert.deepEqual([outcome, level, message], ["not applicable", "off", reason]);
      });
  });
}

describe("verdicts of an audit", () => {
  const [probe] = probes as [Probe];
  const violate = cases["HST-01"]!.bad["passwords are taken"]![0];

  it("warn in staging, and are told in dev", () => {
    const level = (tier: "dev" | "staging"): string =>
      verdict(probe, (all) => {
        violate(all);
        all.stack.tier = tier;
      }).level;
    assert.deepEqual([level("staging"), level("dev")], ["advisory", "off"]);
  });

  it("are waived by rule and resource, until the day", () => {
    const waived = (expires: string, resource: string): string =>
      verdict(probe, (all) => {
        violate(all);
        all.stack.policies.waivers = [{ rule: "HST-01", resource, reason: "until spring", by: "Ada", expires }];
      }).outcome;
    assert.equal(waived(today, "host"), "waived");
    assert.equal(waived("2026-11-30", "host"), "violated");
    assert.equal(waived(today, "site"), "violated");
  });

  it("count a probe that throws as failed, never as met, and keep to themselves what it stumbled over", () => {
    const broken: Probe = {
      ...probe,
      decide: () => {
        throw new TypeError("hunter2-hunter2");
      },
    };
    const { outcome, level, message } = verdict(broken);
    assert.deepEqual([outcome, level], ["failed", "mandatory"]);
    assert.match(message, /the rule itself failed with a TypeError/);
    assert.ok(!message.includes("hunter2"));
  });

  it("are nothing where nothing could be asked", () => {
    const silent = probes.map((each) =>
      verdict(each, (all) => {
        const missing = "no route";
        Object.assign(all, { ports: { missing }, tls: { missing }, answers: { missing } });
        cases["HST-01"]!.undecided["the host cannot be asked"]![0](all);
      }),
    );
    assert.deepEqual(new Set(silent.map(({ outcome }) => outcome)), new Set(["undecided"]));
    assert.equal(decided(silent), false);
    assert.equal(decided([...silent.slice(1), verdict(probe)]), true);
    assert.equal(judgement("production", silent).findings.length, probes.length);
  });
});
