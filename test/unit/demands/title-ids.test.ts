// Which demands a title names, which tests show a demand, and which ids the README names.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import type { Group } from "../../demands/demand.ts";
import { namedNotYet } from "../../demands/not-yet.ts";
import { notShown, shown } from "../../demands/shown.ts";
import type { Test } from "../../demands/tests.ts";
import { idsOf } from "../../demands/title-ids.ts";

describe("a title names demands", () => {
  const lines = new Map([["Security: DEBUG off", "checklist 2"]]);
  const named = (titles: Record<string, string[]>): void => {
    assert.deepEqual(Object.fromEntries(Object.keys(titles).map((title) => [title, idsOf(title, lines)])), titles);
  };

  it("at its beginning", () =>
    named({
      "A1: PostgreSQL 15": ["A1"],
      "A6, A8: a certificate": ["A6", "A8"],
      "A7.2 and D10: two of them": ["A7.2", "D10"],
      "E3.Swarm: joins": ["E3.Swarm"],
      "S3: a dump that attacks": ["S3"],
      "copies to S3: and back": [],
      "CTR-01, case 1: container backend": [],
      "A bare server: comes up": [],
    }));

  it("as a rule of evidence, wherever it stands", () =>
    named({
      "EVD-05, case 1: site site": ["EVD-05"],
      "is refused by EVD-03: Tests: load test": ["EVD-03"],
    }));

  it("as rows of the fault matrix", () =>
    named({
      "fault 16: a dump that is killed": ["fault 16"],
      "faults 16 and 18: told by the watch": ["fault 16", "fault 18"],
      "all comes back (rows 8, 14, 20, 21)": ["fault 8", "fault 14", "fault 20", "fault 21"],
      "goes on (row 11)": ["fault 11"],
      "a fault 16 times": [],
    }));

  it("as a line of the checklist, at its end", () =>
    named({
      "is refused by application.debug: Security: DEBUG off": ["checklist 2"],
      "Security: DEBUG off": [],
    }));
});

describe("a demand is shown", () => {
  const groups: Group[] = [
    {
      title: "A group",
      demands: [
        { id: "A1", text: "the first" },
        { id: "A2", text: "the second", tests: ["a suite that is named", "a suite that is named does one thing"] },
        { id: "A3", text: "the third", parts: [{ id: "A3.1", text: "its part" }] },
        { id: "A4", text: "the fourth", see: ["A1"] },
        { id: "A5", text: "the fifth", see: ["A3.1"] },
        { id: "A6", text: "the sixth", tests: ["a suite that is named"], missing: "the rest of it" },
      ],
    },
  ];
  const test = (...titles: string[]): Test => ({
    file: "test/unit/one.test.ts",
    path: titles.slice(0, -1),
    title: titles.at(-1) ?? "",
  });
  const tests = [
    test("another suite", "A1: by its title"),
    test("another suite", "A1: and what stands below", "first"),
    test("another suite", "A1: and what stands below", "second"),
    test("a suite that is named", "does one thing"),
    test("a suite that is named", "does another with port 20123"),
  ];

  it("by tests that name it and by those that it names, each under the title that says so", () => {
    const found = shown(groups, tests);
    const seen = (id: string): unknown => found.get(id)?.map(({ title, count, suite }) => [title, count, suite]);
    assert.deepEqual(seen("A1"), [
      ["another suite A1: by its title", 1, false],
      ["another suite A1: and what stands below", 2, true],
    ]);
    assert.deepEqual(seen("A2"), [
      ["a suite that is named", 2, true],
      ["a suite that is named does one thing", 1, false],
    ]);
  });

  it("and is open without a test of its own, of its parts or of another demand, and where something is missing", () => {
    assert.deepEqual(notShown(groups, shown(groups, tests)), ["A3.1", "A5", "A6"]);
  });

  it("by nothing that is not there", () => {
    const wrong = [...tests.slice(0, 3), test("a suite that is renamed", "A9: does one thing")];
    assert.throws(
      () => shown(groups, wrong),
      new Error(
        [
          "test/demands/demands.yaml and the tests' titles do not agree:",
          "A9 is no demand, but a test names it: test/unit/one.test.ts: A9: does one thing",
          "A2 names a test that is not there: a suite that is named",
          "A2 names a test that is not there: a suite that is named does one thing",
          "A6 names a test that is not there: a suite that is named",
        ].join("\n"),
      ),
    );
  });
});

describe("the README's Not yet", () => {
  const ids = ["E3", "E3.Swarm", "F1", "F2", "F3", "F12", "fault 1", "fault 15", "EVD-11"];
  const named = (text: string): string[] => namedNotYet(`# A\n\nF12\n\n## Not yet\n\n${text}\n\n## End\n\nF3\n`, ids);

  it("names demands by id and by range", () => {
    assert.deepEqual(named("- Several servers (E3.Swarm), a disk (fault\n  15); EVD-11."), [
      "E3.Swarm",
      "fault 15",
      "EVD-11",
    ]);
    assert.deepEqual(named("Open: F1–F3."), ["F1", "F2", "F3"]);
    assert.deepEqual(named("Open: F1. Fault 1, F122, AF1, E3.Swarmed."), ["F1"]);
    assert.throws(() => named("Open: F1–F4."), /names F4, which is no demand/);
  });
});
