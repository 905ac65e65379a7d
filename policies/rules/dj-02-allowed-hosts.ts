import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "DJ-02",
  name: "the application answers to its own names only",
  description: "A forged Host header ends up in links and mails, such as those that reset a password.",
  severity: "critical",
  reference: "Django security.W020; Django: ALLOWED_HOSTS",
  checklist: "Configuration: ALLOWED_HOSTS set, no wildcard",
  mend: "List the names one by one in `site.allowedHosts`, or remove it: the domains are used.",
  decide: {
    site: ({ variables }) => {
      const names = (variables["ALLOWED_HOSTS"] ?? "").split(",").filter((name) => name !== "");
      return [
        ...when(names.length === 0, "is empty", "site.allowedHosts"),
        ...names.flatMap((name, index) =>
          when(name.includes("*") || name.startsWith("."), `found "${name}"`, `site.allowedHosts.${String(index)}`),
        ),
      ];
    },
  },
};
