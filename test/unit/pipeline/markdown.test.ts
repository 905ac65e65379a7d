// What a reviewer reads: complete where it fits, cut with a note where it does not, and without secrets.
import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { isAwaited } from "../../../operations/pipeline/awaited.ts";
import { cut, page, section } from "../../../operations/pipeline/markdown.ts";
import { isRefused, type Plan } from "../../../operations/pipeline/plan.ts";
import { withoutSecrets } from "../../../operations/pipeline/redaction.ts";

const plan: Plan = {
  changes: [
    { change: "replace", type: "docker:Container", name: "backend", because: ["image", "labels"] },
    { change: "create", type: "command:Command", name: "migrate", because: [] },
  ],
  violations: [
    { rule: "DJ-06", mandatory: true, awaited: false, resource: "site", message: "off | <b>\n  → ask @someone" },
    { rule: "DOC-01", mandatory: false, awaited: false, resource: "site", message: "is not set" },
  ],
  errors: [],
};

describe("a plan in Markdown", () => {
  it("says in its heading what happens, and why it does not", () => {
    const head = (failed: boolean, changed: Partial<Plan> = {}): string =>
      section("production", { ...plan, ...changed }, "", failed).head.split("\n")[0] ?? "";
    assert.equal(head(true), "### ❌ production is refused: 1 to mend");
    assert.equal(head(true, { violations: [] }), "### ❌ production is refused");
    assert.equal(head(false), "### ✅ production changes: 1 to replace, 1 to create");
    assert.equal(head(false, { changes: [] }), "### ✅ production stays as it is");
  });

  it("tells what is refused from what waits for evidence of an image to come", () => {
    const missing = { rule: "EVD-03", mandatory: true, awaited: true, resource: "site", message: "no record" };
    const waiting = { ...plan, violations: [missing] };
    assert.match(
      section("production", waiting, "", true).head,
      /^### ✅ production changes: .*\n\n⏳ Evidence to come before an image goes out there: 1\.\n[^]*\| ⏳ EVD-03 /,
    );
    assert.equal(isRefused(waiting, true), false);
    assert.equal(isRefused({ ...waiting, errors: ["host.address: is not set"] }, true), true);
    assert.equal(isRefused({ ...plan, violations: [missing, ...plan.violations] }, true), true);
    assert.equal(isRefused({ ...plan, violations: [] }, true), true, "a failure without a word is one");
    assert.deepEqual(["EVD-03", "EVD-11", "EVD-00", "DJ-01"].map(isAwaited), [true, true, false, false]);
  });

  it("lists changes with what they come from, and the policies' findings", () => {
    const { head } = section("staging", plan, "", false);
    assert.match(head, /^\| ± replace \| `backend` \| docker:Container \| `image`, `labels` \|$/m);
    assert.match(head, /^\| \+ create \| `migrate` \| command:Command \| {2}\|$/m);
    assert.match(head, /Policies: 1 to mend, 1 to know of/);
  });

  it("keeps a message within its cell, and calls nobody", () => {
    const { head } = section("staging", plan, "", false);
    assert.match(head, /^\| ❌ DJ-06 \| `site` \| off \\\| &lt;b><br>→ ask &#64;someone \|$/m);
  });

  it("shows errors that are no violations", () => {
    const { head } = section("staging", { ...plan, errors: ["host.address: is not set"] }, "", true);
    assert.match(head, /```\nhost\.address: is not set\n```/);
  });

  it("fences a text that has fences of its own", () => {
    const shown = page("title", [{ head: "head", text: "a\n````\nb" }], 10_000);
    assert.match(shown, /\n`{5}\na\n````\nb\n`{5}\n/);
  });

  it("cuts long texts at a line's end, says so, and keeps to the limit", () => {
    const text = Array.from({ length: 5_000 }, (_, line) => `line ${String(line)} of the plan`).join("\n");
    const sections = [
      { head: "### staging", text },
      { head: "### production", text },
    ];
    const shown = page("## title", sections, 65_536);
    assert.ok(Buffer.byteLength(shown) <= 65_536);
    assert.ok(Buffer.byteLength(shown) > 60_000, "the room is used");
    assert.equal([...shown.matchAll(/… cut here: \d+ more lines are in the log of this run\./g)].length, 2);
    assert.match(shown, /### production/);
    assert.equal([...shown.matchAll(/<details>/g)].length, [...shown.matchAll(/<\/details>/g)].length);
  });

  it("keeps to any limit, whatever the texts are", () => {
    const part = fc.record({
      head: fc.string({ maxLength: 200 }),
      text: fc.string({ unit: "grapheme", maxLength: 2_000 }),
    });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), fc.integer({ min: 200, max: 4_000 }), (sections, limit) => {
        assert.ok(Buffer.byteLength(page("title", sections, limit)) <= limit);
      }),
    );
  });

  it("leaves a text that fits as it is", () => {
    assert.equal(cut("a\nb", 3), "a\nb");
    assert.match(cut("a\n".repeat(500), 100), /^a\n(a\n)*… cut here: 4\d\d more lines/);
  });
});

describe("secrets of a run", () => {
  const environment = {
    GITHUB_TOKEN: "ghs_0123456789",
    PULUMI_CONFIG_PASSPHRASE: "correct horse",
    SSH_PRIVATE_KEY: "-----BEGIN KEY-----\nAAAAB3NzaC1\nBBBBB3NzaC1\n-----END KEY-----",
    AWS_SECRET_ACCESS_KEY: "abc",
    HOME: "/home/runner",
  };

  it("are masked wherever they stand, keys line by line", () => {
    const text = "token ghs_0123456789, correct horse; AAAAB3NzaC1 then /home/runner abc -----BEGIN KEY-----";
    assert.equal(withoutSecrets(text, environment), "token ***, ***; *** then /home/runner abc -----BEGIN KEY-----");
  });
});
