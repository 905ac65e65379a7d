import { type Rule, when } from "../rule.ts";
import { mustBeKnown } from "../unknown.ts";

export const rule: Rule = {
  id: "SSH-02",
  name: "commands that carry secrets do not show them",
  description: "What a command prints stands in the plan, the log and the state.",
  severity: "critical",
  reference: "Pulumi Command: logging; pulumi-command#260",
  mend: "Set the command's `logging` to none or stderr, `additionalSecretOutputs` to stdout and stderr, `addPreviousOutputInEnv` to false.",
  decide: {
    command: (inputs, { resource: { secrets, options } }) => {
      const { logging = "stdoutAndStderr", addPreviousOutputInEnv = true } = inputs;
      const shown = [
        ...when(!["none", "stderr"].includes(logging), `found ${logging}`, "logging"),
        ...when(addPreviousOutputInEnv, "is not false", "addPreviousOutputInEnv"),
        ...["stdout", "stderr"].flatMap((name) =>
          when(!options.additionalSecretOutputs.includes(name), `${name} is not among them`, "additionalSecretOutputs"),
        ),
      ];
      if (shown.length === 0) return [];
      if (["stdin", "create", "update", "environment"].some((name) => secrets.includes(name))) return shown;
      // The engine does not say of an unknown input whether it is a secret; where it is unknown, reading it says so.
      mustBeKnown(inputs.stdin);
      return undefined;
    },
  },
};
