// A whole run: the program's resources one by one, at the end all together.
import assert from "node:assert/strict";

import { Secret as MarkedSecret } from "@pulumi/policy";
import { describe, it } from "mocha";

import { rules } from "../../../policies/catalogue.ts";
import type { Rule } from "../../../policies/rule.ts";
import { secretInputs } from "../../../policies/secret-inputs.ts";
import { unknownCheckingProxy, unknownStringValue } from "../../../policies/sdk.ts";
import { Session } from "../../../policies/session.ts";
import type { Verdict } from "../../../policies/verdict.ts";
import { type Deployment, deployed, shown } from "./program.ts";
import { today, wholeEvidence } from "./rule-case.ts";

/** Id and resource of what is not met. */
const unmet = (verdicts: Verdict[]): string[] =>
  verdicts
    .filter(({ outcome }) => outcome !== "met")
    .map(({ rule, resource }) => `${rule.id} ${resource}`)
    .sort();

function judged(program: Deployment, list: readonly Rule[] = rules): Verdict[] {
  const session = new Session(list, today, wholeEvidence(program));
  const each = program.resources.flatMap((resource) => {
    const { secrets, ...registered } = shown(resource);
    session.noteSecrets(registered.urn, Object.fromEntries(secrets.map((name) => [name, [registered.props[name]]])));
    return session.judge({ ...registered, props: unknownCheckingProxy(registered.props) });
  });
  return [...each, ...session.judgeStack()];
}

const owed = [
  "BAK-02 site",
  "DOC-01 site",
  "IMG-02 backup-restic-image",
  "IMG-02 certbot-image",
  "IMG-02 nginx-image",
  "IMG-02 postgres-image",
  "IMG-02 redis-image",
  "MON-01 site",
];

describe("a run of the policies", () => {
  it("finds nothing wrong with a production stack but what the program does not do yet", async () => {
    const verdicts = judged(await deployed());
    assert.deepEqual(unmet(verdicts), owed);
    assert.ok(verdicts.length > 200, String(verdicts.length));
  });

  it("applies every rule to something, but for those about what no component does yet", async () => {
    // Off-site copies; data that comes from another stack.
    const unneeded = ["EVD-05", "EVD-10"];
    const seen = new Set(judged(await deployed()).map(({ rule }) => rule.id));
    assert.deepEqual(
      rules.map(({ id }) => id).filter((id) => !seen.has(id)),
      unneeded,
    );
  });

  it("says nothing in dev of what staging warns of and production blocks", async () => {
    const dev = judged(await deployed({ tier: "dev" }));
    assert.deepEqual(unmet(dev), []);
    const staging = judged(await deployed({ tier: "staging" }));
    assert.deepEqual(unmet(staging), owed);
    assert.deepEqual(new Set(staging.map(({ level }) => level)), new Set(["advisory"]));
  });

  it("judges a resource that comes before the stack has said what it is for as production's", () => {
    const session = new Session(rules, today);
    const verdicts = session.judge({
      urn: "urn:pulumi:x::y::docker:index/container:Container::stray",
      type: "docker:index/container:Container",
      name: "stray",
      props: { privileged: true },
      options: { additionalSecretOutputs: [] },
    });
    const privileged = verdicts.find(({ rule }) => rule.id === "CTR-01");
    assert.deepEqual([privileged?.outcome, privileged?.level], ["violated", "mandatory"]);
    assert.deepEqual(session.judgeStack(), []);
  });

  it("knows which inputs are secrets, deep ones and unknown ones too", () => {
    const props = unknownCheckingProxy({
      stdin: new MarkedSecret("a secret text"),
      environment: { TOKEN: new MarkedSecret(unknownStringValue), PLAIN: "x" },
      create: "true",
    });
    assert.deepEqual(secretInputs(props), { stdin: ["a secret text"], environment: [unknownStringValue] });
  });

  it("shows no secret, whatever a rule puts into its message", async () => {
    const telling: Rule = {
      id: "CTR-01",
      name: "nothing is told",
      description: "For this test.",
      severity: "high",
      reference: "this test",
      mend: "Mend it.",
      decide: { command: ({ stdin = "" }) => [{ found: `found ${stdin}`, where: "stdin" }] },
    };
    const program = await deployed();
    const passwords = program.resources.map(shown).filter(({ name }) => name === "redis-password");
    const [password] = passwords.map(({ props }) => (props["stdin"] as string).trim());
    assert.ok(password && password.length >= 32);
    const messages = judged(program, [telling]).map(({ message }) => message);
    assert.ok(messages.some((message) => message.includes("(a secret, not shown)")));
    assert.ok(messages.every((message) => !message.includes(password)));
  });
});
