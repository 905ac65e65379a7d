// How tests of before are held against those of now.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import type { Test } from "../../demands/tests.ts";
import { compare } from "../../titles/compare.ts";
import { follow, followAll } from "../../titles/follow.ts";
import { sourceOf } from "../../titles/source.ts";
import { type Successor, take } from "../../titles/successor.ts";

const before = ["a site stays", "a site moves", "a site is split", "a site is lost", "a table one", "a table two"].map(
  (title) => ({ file: "test/old.test.ts", title }),
);
const test = (...titles: string[]): Test => ({
  file: "test/unit/new.test.ts",
  path: titles.slice(0, -1),
  title: titles.at(-1) ?? "",
});
const tests = [
  test("a site", "stays"),
  test("a model", "moves with seed 123456"),
  test("a model", "does its first part"),
  test("a script", "does its second part"),
  test("a script", "table", "row one"),
  test("a script", "table", "row two"),
];
const successor = (former: string, title: string, table = false): Successor => ({
  before: former,
  file: "test/unit/new.test.ts",
  title,
  table,
});
const all = [
  successor("a site moves", "a model moves with seed N"),
  successor("a site is split", "a model does its first part"),
  successor("a site is split", "a script does its second part"),
  successor("a table one", "a script table", true),
  successor("a table two", "a script table", true),
];

describe("titles of before", () => {
  it("are kept, have a successor or are missing", () => {
    assert.deepEqual(compare(before, tests, all), {
      kept: 1,
      succeeded: 4,
      missing: [{ file: "test/old.test.ts", title: "a site is lost" }],
      flaws: [],
    });
  });

  it("count each where two tests have the same", () => {
    const twice = [...before.slice(0, 1), ...before.slice(0, 1)];
    assert.deepEqual(compare(twice, tests, []).missing, before.slice(0, 1));
    assert.equal(compare(twice, [...tests, test("a site", "stays")], []).kept, 2);
  });

  it("have no successor that is not there, that is a describe but for tables, or that stands for more than five", () => {
    const many = Array.from({ length: 6 }, (_, index) => ({
      file: "test/old.test.ts",
      title: `one of ${String(index)}`,
    }));
    const { missing, flaws } = compare(many, tests, [
      successor("one of 0", "a model is renamed"),
      successor("one of nobody", "a site stays"),
      successor("one of 1", "a script table"),
      ...many.map(({ title }) => successor(title, "a model does its first part")),
      ...many.map(({ title }) => successor(title, "a script table", true)),
    ]);
    assert.deepEqual(missing, []);
    assert.deepEqual(flaws, [
      "no test has this title: a model is renamed\n    for one of 0",
      "no test had this title before: one of nobody",
      "a describe is no successor but as a table: a script table",
      "stands for 6 tests, more than 5, and is no table: a model does its first part",
    ]);
  });

  it("are taken from lists that are written by hand", () => {
    const lists = [
      "a site moves\ttest/elsewhere.ts\ta model moves with seed 654321",
      "a site is split\ttest/unit/new.test.ts, test/other.test.ts\ta model does its first part; does its second part",
      "a table one\ttest/unit/new.test.ts\ta script table\ttable",
      "a site is lost\ttest/unit/new.test.ts\ta model finds it",
      "a site is unknown\ttest/unit/new.test.ts\ta site stays",
      "a site stays\ttest/unit/new.test.ts",
    ];
    assert.deepEqual(take(`${lists.join("\n")}\n\n`, before, tests), {
      successors: all.slice(0, 4),
      refused: [
        "no test has this title: a model finds it\n    for a site is lost",
        "no test had this title before: a site is unknown",
        "it has no successor: a site stays",
      ],
    });
  });
});

describe("names of tests that got other titles", () => {
  const next = (title: string): string[] => follow(title, before, tests, all);

  it("are followed: to the test, to each of several, and to a describe where all of it stands for one", () => {
    assert.deepEqual(next("a script table"), ["a script table"]);
    assert.deepEqual(next("a site moves"), ["a model moves with seed N"]);
    assert.deepEqual(next("a site is split"), ["a model does its first part", "a script does its second part"]);
    assert.deepEqual(next("a site is lost"), []);
    const rows = ["one", "two"].map((row) => successor(`a table ${row}`, `a script table row ${row}`));
    assert.deepEqual(follow("a table", before, tests, rows), ["a script table"]);
    assert.deepEqual(follow("a table", before, tests, rows.slice(0, 1)), ["a script table row one"]);
  });

  it("are replaced in the data file, whose other lines stay", () => {
    const text = '- id: A1\n  tests:\n    - a site moves\n    - "a site is split"\n    - a site is lost\n  see: [A2]\n';
    assert.deepEqual(followAll(text, next), {
      text: '- id: A1\n  tests:\n    - "a model moves with seed N"\n    - "a model does its first part"\n    - "a script does its second part"\n    - a site is lost\n  see: [A2]\n',
      lost: ["a site is lost"],
    });
  });
});

describe("the source of a test", () => {
  const text = `describe("a site", () => {
    it("stays", () => { first(); });
    for (const what of ["red", "green"]) it(\`turns \${what}\`, () => { second(what); });
    describe(\`on \${place}\`, () => { it("stays", () => { third(); }); });
  });`;

  it("is found by its full title, with the loop that makes it", () => {
    assert.equal(sourceOf(text, "a site stays"), 'it("stays", () => { first(); });');
    assert.match(sourceOf(text, "a site turns green") ?? "", /^for \(const what of .*second\(what\); }\);$/);
    assert.equal(sourceOf(text, "a site on a server stays"), 'it("stays", () => { third(); });');
    assert.match(sourceOf(text, "a site on a server") ?? "", /^describe\(`on /);
    assert.equal(sourceOf(text, "a site goes"), undefined);
  });
});
