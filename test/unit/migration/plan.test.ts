// What a preview makes of a plan that an image printed: what is no plan is approved by nothing.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { environmentModel } from "../../../config/environment.ts";
import { Problem } from "../../../config/problem.ts";
import { forwardPlan, headsToApprove, migrationPlan } from "../../../migration/plan.ts";
import { previewMigrations } from "../../../migration/preview.ts";
import { dev, project, read } from "../config/stack.ts";
import { Folder } from "../../script/machine.ts";

const migration = (more: object = {}): object => ({
  ...{ app: "shop", name: "0002_color", atomic: true, reversible: true },
  ...more,
});
const plan = (more: object = {}): object => ({
  tool: "trial",
  ...{ heads: { shop: ["0001_initial"] }, after: { shop: ["0002_color"] }, pending: [migration()] },
  ...more,
});

describe("a plan of migrations", () => {
  /** Where it is refused, and why. */
  const refusal = (schema: typeof migrationPlan, given: object): string | undefined => {
    const [issue] = schema.safeParse(given).error?.issues ?? [];
    return issue && `${issue.path.join(".")} ${issue.message}`;
  };
  const names = ["$(id)", "`id`", "0002; id", "a'b", "a\nb", "--fake", "a b", "", "é", "..", "x".repeat(256)];

  it("is taken where it says all that an approval is held against", () => {
    assert.equal(refusal(forwardPlan, plan()), undefined);
    assert.deepEqual(headsToApprove(forwardPlan.parse(plan())), ["shop.0002_color"]);
    const branches = { after: { shop: ["0002_color", "0001_initial"] } };
    assert.equal(refusal(forwardPlan, plan(branches)), undefined, "a head from before may stay one");
    // What every object has by itself is no application of a plan.
    for (const app of ["constructor", "toString"]) {
      assert.match(refusal(forwardPlan, plan({ pending: [migration({ app })] })) ?? "", /does not name 0002_color/);
      assert.deepEqual(headsToApprove(migrationPlan.parse(plan({ pending: [migration({ app })] }))), []);
    }
  });

  for (const name of names)
    it(`is refused where a name in it is ${JSON.stringify(name.slice(0, 12))}`, () => {
      const places = [
        plan({ pending: [migration({ name })] }),
        plan({ pending: [migration({ app: name })] }),
        plan({ heads: { shop: [name] } }),
        plan({ heads: { [name]: ["0001"] } }),
        plan({ after: { shop: ["0002_color", name] } }),
        plan({ after: { [name]: ["0001"], shop: ["0002_color"] } }),
      ];
      // A migration may have dots in its name, an application may not; two dots are no name of either.
      for (const place of places) assert.notEqual(refusal(migrationPlan, place), undefined, JSON.stringify(place));
    });

  const unapprovable: [string, object, RegExp][] = [
    ["no `after`", { after: undefined }, /^after /],
    ["an empty `after`", { after: {} }, /^after\.shop does not name 0002_color, the last one pending/],
    ["a head that is applied in place of the pending one", { after: { shop: ["0001_initial"] } }, /does not name/],
    ["an earlier head", { pending: [migration(), migration({ name: "0003_drop" })] }, /does not name 0003_drop/],
    ["a head that is neither", { after: { shop: ["0002_color", "0001_x"] } }, /names 0001_x, which is not pending/],
  ];
  for (const [what, more, why] of unapprovable)
    it(`is refused with ${what}`, () => {
      assert.match(refusal(forwardPlan, plan(more)) ?? "", why);
    });

  it("is shown as text, whatever stands in it", () => {
    const said = "Add\u001b]0;x\u0007 a\nfield\u202e";
    const operations = [{ name: said, description: said, risks: [{ kind: "data", reason: said, mend: said }] }];
    const sql = "SELECT 1;\n\t-- \u001b[2J";
    const [read] = forwardPlan.parse(plan({ pending: [migration({ operations, sql, sqlError: said })] })).pending;
    const shown = "Add ]0;x  a field";
    const risk = { kind: "data", reason: shown, mend: shown };
    assert.deepEqual(read?.operations, [{ name: shown, description: shown, opaque: false, risks: [risk] }]);
    assert.deepEqual([read.sql, read.sqlError], ["SELECT 1;\n\t--  [2J", shown]);
  });

  it("may end anywhere on the way back", () => {
    assert.equal(refusal(migrationPlan, plan({ after: {} })), undefined);
  });
});

describe("a preview in production", () => {
  const folder = new Folder();
  const searchPath = process.env["PATH"];
  before(() => {
    // An engine whose containers print the plan.
    folder.program(
      "docker",
      `#!/bin/sh
case $1 in
  inspect) echo "sha256:1 10001 268435456" ;;
  start) cat "${folder.path}/plan.json" ;;
esac
`,
    );
    process.env["PATH"] = folder.searchPath;
  });
  after(() => {
    process.env["PATH"] = searchPath;
    folder.remove();
  });

  const previewed = async (given: unknown, tier: "dev" | "production" = "production"): Promise<string[]> => {
    folder.write("plan.json", `${typeof given === "string" ? given : JSON.stringify(given)}\n`);
    const model = { ...environmentModel(project, "trial", read(dev())), tier };
    const warnings: string[] = [];
    const notes = { info: () => undefined, warn: (text: string) => void warnings.push(text) };
    const services = { backend: { container: "trial-backend", digest: "sha256:2" } };
    await previewMigrations(project, "trial", model, { services }, notes);
    return warnings;
  };

  it("is refused by a plan that nothing can be approved by, and by one that nobody approved", async () => {
    for (const [given, cause] of [
      [plan({ after: undefined }), "migrations.plan-malformed"],
      [plan({ after: {} }), "migrations.plan-malformed"],
      [plan({ heads: { "$(id)": [] } }), "migrations.plan-malformed"],
      ["{", "migrations.plan-not-json"],
    ] as const)
      await assert.rejects(previewed(given), (error) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.code, "migrations.plan-refused");
        assert.equal((error.facts as { cause: string }).cause, cause);
        return true;
      });
    await assert.rejects(previewed(plan()), (error) => {
      assert.ok(error instanceof Problem);
      assert.equal(error.code, "migrations.unapproved");
      assert.deepEqual((error.facts as { heads: string[] }).heads, ["shop.0002_color"]);
      return true;
    });
  });

  it("warns elsewhere, where nothing needs an approval", async () => {
    assert.match((await previewed(plan({ after: {} }), "dev")).join(), /after\.shop: does not name 0002_color/);
  });
});
