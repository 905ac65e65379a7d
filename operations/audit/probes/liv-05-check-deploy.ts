import type { Probe } from "../probe.ts";

const mend =
  "Each remark names its setting; most are the application's own, in its settings module. What does not concern the site goes into Django's `SILENCED_SYSTEM_CHECKS`, with a comment that says why. `application.commands.check` names another command.";

export const probe: Probe = {
  id: "LIV-05",
  name: "the application has nothing to say against its own settings",
  description: "`check --deploy` runs in the container that serves, with the environment that it serves with.",
  severity: "high",
  reference: "Django: Deployment checklist, `check --deploy --fail-level WARNING`",
  checklist: "Configuration: environment validated",
  mend,
  resource: "application",
  decide: ({ stack, facts }) => {
    if (!stack.check) return { notApplicable: "the application names no such command (application.commands.check)" };
    const { status, lines } = facts.get("check", "See that the backend runs: `npm run -s socle -- status`.");
    const remarks = lines
      .map((line) => line.trim())
      .filter((line) => /^\S*\?: \(|^[\w.]+: \(\w+\.[CEW]\d+\)/.test(line));
    const said = remarks.length > 0 ? remarks : lines.slice(-3);
    return {
      findings:
        status === 0
          ? []
          : (said.length > 0 ? said : [""]).map((line) => ({
              where: "check",
              found: line || `ended with exit status ${status}`,
            })),
      seen: lines.at(-1)?.trim() ?? "nothing to say",
    };
  },
};
