/**
 * The pack, as the engine runs it.
 *
 * All rules are one policy of the engine's, which stamps the gate and judges: whoever switches it off by a policy
 * configuration takes the stamp away too, and a production stack goes no further (components/policy-gate.ts). Each
 * violation bears the id and the level of its own rule.
 */
import {
  PolicyPack,
  type ReportViolation,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";

import { rules } from "./catalogue.ts";
import { packDigest } from "./digest.ts";
import { Evidence } from "./evidence/evidence.ts";
import { secretInputs } from "./secret-inputs.ts";
import { Session } from "./session.ts";
import type { Severity } from "./rule.ts";
import type { Verdict } from "./verdict.ts";

const digest = packDigest();
const session = new Session(rules, new Date().toISOString().slice(0, 10), await Evidence.read());

/** The SDK takes a violation with a name and level of its own, though its types say text (server.js: makeReportViolationFun). */
type Report = (violation: {
  name: string;
  description: string;
  message: string;
  urn: string;
  enforcementLevel: "mandatory" | "advisory";
  severity: Severity;
}) => void;

function tell(verdicts: readonly Verdict[], report: ReportViolation): void {
  for (const { rule, urn, outcome, level, message } of verdicts)
    if (outcome !== "met" && level !== "off")
      (report as unknown as Report)({
        name: rule.id,
        description: rule.name,
        message,
        urn,
        enforcementLevel: level,
        severity: rule.severity,
      });
}

const policy: ResourceValidationPolicy & StackValidationPolicy = {
  name: "socle",
  description: "What a stack must keep to: docs/policies.md",
  enforcementLevel: "remediate",
  remediateResource: ({ urn, type, name, props }) => {
    session.noteSecrets(urn, secretInputs(props));
    if (type !== "random:index/randomId:RandomId" || name !== "policy-gate") return undefined;
    return { ...props, keepers: { rules: digest } };
  },
  validateResource: ({ urn, type, name, props, opts }, report) => {
    const { additionalSecretOutputs, deleteBeforeReplace } = opts;
    tell(session.judge({ urn, type, name, props, options: { additionalSecretOutputs, deleteBeforeReplace } }), report);
  },
  validateStack: (_, report) => {
    tell(session.judgeStack(), report);
  },
};

new PolicyPack("socle", { policies: [policy] });
