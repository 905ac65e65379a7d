// What the project must do, and whether the tests, the page and the README say the same of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { before, describe, it } from "mocha";

import { rules } from "../../../policies/catalogue.ts";
import { checklist } from "../../../policies/checklist.ts";
import { everyPart, type Group, readGroups } from "../../demands/demand.ts";
import { namedNotYet } from "../../demands/not-yet.ts";
import { outdated, reference } from "../../demands/reference.ts";
import { notShown, shown, type Showing } from "../../demands/shown.ts";
import { allTests } from "../../demands/tests.ts";

describe("the demands of the project", function () {
  this.timeout(300_000);
  let groups: Group[];
  let showings: Map<string, Showing[]>;
  before("every test file is loaded", async () => {
    groups = readGroups();
    showings = shown(groups, await allTests());
  });

  it("stand with their tests in docs/demands.md", () => {
    assert.equal(outdated(reference(groups, showings)), false, "run `npm run reference` and commit what it writes");
  });

  it('are in the README\'s "Not yet" where no test shows them, or a part of them, and nowhere else', () => {
    const readme = readFileSync(join(import.meta.dirname, "../../../README.md"), "utf8");
    const ids = groups.flatMap(everyPart).map(({ id }) => id);
    const [named, wanted] = [namedNotYet(readme, ids), notShown(groups, showings)];
    assert.deepEqual(
      {
        "not named": wanted.filter((id) => !named.includes(id)),
        "named, but shown": named.filter((id) => !wanted.includes(id)),
      },
      { "not named": [], "named, but shown": [] },
    );
  });

  it("have every line of the checklist and every rule of evidence among them", () => {
    const all = groups.flatMap(everyPart);
    const texts = all.filter(({ id }) => id.startsWith("checklist ")).map(({ text }) => text);
    assert.deepEqual(
      texts,
      checklist.map(({ line }) => line),
    );
    const evidence = all.map(({ id }) => id).filter((id) => id.startsWith("EVD-"));
    const wanted = rules.map(({ id }) => id).filter((id) => id.startsWith("EVD-"));
    assert.deepEqual(evidence, wanted.sort());
  });

  it("leave out no number", () => {
    const numbers = new Map<string, number[]>();
    for (const { id } of groups.flatMap(({ demands }) => demands)) {
      const [, kind = "", number = ""] = /^(\D+)(\d+)$/.exec(id) ?? [];
      numbers.set(kind, [...(numbers.get(kind) ?? []), Number(number)]);
    }
    for (const [kind, found] of numbers)
      assert.deepEqual(
        found,
        Array.from(found, (_, index) => index + (kind === "EVD-" ? 0 : 1)),
        kind,
      );
  });
});
