// With the real engine: a production stack that breaks what the pre-production checklist asks for and more, all at once.
// What no rule needs to be asked about never gets as far as the policies: the settings themselves are refused.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import { type UnsafeVariant, unsafeVariants } from "../../../operations/check/unsafe-variants.ts";
import { rules } from "../../../policies/catalogue.ts";
import { Project } from "../../lab/project.ts";
import { assertAgreed, type Both, both, found } from "./agreement.ts";

type Edit = NonNullable<UnsafeVariant["edit"]>;

const byRule = unsafeVariants.filter(({ by }) => rules.some(({ id }) => id === by));
const bySettings = unsafeVariants.filter((each) => !byRule.includes(each));
/** Of a setting that is not even of the form that is asked for, no other can be said to contradict it. */
const byForm = bySettings.filter(({ by }) => ["site.contentSecurityPolicy", "application.memroy"].includes(by));
const byMeaning = bySettings.filter((each) => !byForm.includes(each));

/** The settings of several variants together: a whole section before what is in it. */
const settingsOf = (variants: readonly UnsafeVariant[]): Record<string, unknown> =>
  Object.fromEntries(
    variants
      .flatMap(({ settings = {} }) => Object.entries(settings))
      .sort(([a], [b]) => a.split(".").length - b.split(".").length),
  );

/** Edits of the program that no line of the checklist speaks of. */
const furtherEdits: Edit[] = [
  ["components/container.ts", "init: false,", "init: false,\n      privileged: true,"],
  ["components/container.ts", '"no-new-privileges:true"', '"seccomp=unconfined"'],
  ["components/remote-task.ts", 'args.secret ? "stderr" : "stdoutAndStderr"', '"stdoutAndStderr"'],
  ["evidence/tests.jsonl", '"tests":60', '"tests":61'],
];
/** Nothing is waived, but for what was until its day. */
const ended = {
  rule: "BAK-02",
  resource: "site",
  reason: "No place is named yet.",
  by: "admin@example.org",
  expires: "2026-01-31",
};

async function withEdits<T>(project: Project, edits: readonly Edit[], attempt: () => Promise<T>): Promise<T> {
  const [first, ...others] = edits;
  if (!first) return attempt();
  const [path, from, to] = first;
  return project.with(
    path,
    (text) => text.replace(from, to),
    () => withEdits(project, others, attempt),
  );
}

describe("an unsafe production stack, previewed with the policies", function () {
  this.timeout(300_000);
  let project: Project;
  let unsafe: Both;
  let misformed: Both;
  let contradicting: Both;
  before(async () => {
    project = await Project.create();
    const edits = [...byRule.flatMap(({ edit }) => (edit ? [edit] : [])), ...furtherEdits];
    const settings = { ...settingsOf(byRule), "policies.waivers": [ended] };
    unsafe = await withEdits(project, edits, () => both(project, settings));
    misformed = await both(project, settingsOf(byForm));
    contradicting = await both(project, settingsOf(byMeaning));
  });
  after(() => project.remove());

  for (const { line, by, says } of byRule)
    it(`is refused by ${by}: ${line}`, () => {
      const { code, said } = unsafe.preview;
      assert.notEqual(code, 0, said);
      const severity = rules.find(({ id }) => id === by)?.severity ?? "";
      assert.match(said, new RegExp(`\\[mandatory\\] \\[severity: ${severity}\\] {2}${by} `));
      assert.match(said, says);
    });

  for (const { line, by, says } of bySettings)
    it(`is refused by ${by}: ${line}`, () => {
      const { code, said } = (byForm.some((each) => each.by === by) ? misformed : contradicting).preview;
      assert.notEqual(code, 0, said);
      assert.match(said, new RegExp(`nothing was changed\\.\\n(.*\\n)*\\s+${by.replaceAll(".", "\\.")}: `));
      assert.match(said, says);
    });

  it("is refused by the very rules, on the very resources, that the check without an engine names", () => {
    // What the record of the release is given is no secret, but known only during `up`.
    assertAgreed(unsafe, ["mandatory SSH-02 release-record"]);
  });

  it("is refused for the very settings that the check without an engine names", () => {
    for (const { preview, check } of [misformed, contradicting]) {
      assert.deepEqual([...new Set(check.findings.map(({ id }) => id))], ["configuration"]);
      assert.equal(check.code, 1);
      const named = [...preview.said.matchAll(/^\s+([A-Za-z]+(?:\.\w+)+): /gm)].map(([, path = ""]) => path);
      assert.deepEqual(named.toSorted(), check.findings.map(({ resource }) => resource).toSorted());
    }
  });

  it("is refused for an edit of the program that breaks a rule, container by container", () => {
    const { said } = unsafe.preview;
    for (const name of ["postgres", "redis", "socle-production-backend", "nginx", "certbot"])
      assert.match(said, new RegExp(`\\[mandatory\\] \\[severity: critical\\] {2}CTR-01 .*: ${name}\\)`));
    assert.match(said, /No container is privileged\.\n\s+privileged: found true\n\s+→ Remove `privileged`/);
  });

  it("is refused where a waiver has ended, for the waiver and for what it waived", () => {
    const { said } = unsafe.preview;
    assert.match(said, /\[mandatory\] .*WVR-01 .*\n.*\n\s+policies\.waivers\.0: BAK-02 for site ended on 2026-01-31\n/);
    assert.match(said, /\[mandatory\] \[severity: critical\] {2}BAK-02 /);
  });

  it("is refused on a ledger that somebody edited", () => {
    assert.ok(found(unsafe.check).includes("mandatory EVD-00 site"));
  });

  it("is refused where a command shows what it is given in secret, even while it cannot be told what that is", () => {
    const { said } = unsafe.preview;
    for (const name of ["postgres-secret-files", "redis-password", "postgres-database", "application-environment-file"])
      assert.match(
        said,
        new RegExp(
          `\\[mandatory\\] \\[severity: critical\\] {2}SSH-02 .*: ${name}\\)\\n.*\\n\\s+stdin: is not known before`,
        ),
      );
    assert.doesNotMatch(said, /SSH-02 .*: migrate\)/);
  });
});
