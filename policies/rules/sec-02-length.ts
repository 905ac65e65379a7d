import { type Rule, when } from "../rule.ts";

/** Letters and digits that a generated password, and Django's key, have at least. */
const least = { password: 32, key: 50 };

export const rule: Rule = {
  id: "SEC-02",
  name: "generated passwords and keys are long enough",
  description: "Nobody types them, so that nothing speaks for short ones; Django warns of keys below 50 characters.",
  severity: "critical",
  reference: "Django security.W009; NIST SP 800-63B",
  checklist: "Security: random SECRET_KEY",
  mend: `Give the generated password at least ${String(least.password)} characters (\`length\`), SECRET_KEY at least ${String(least.key)}.`,
  decide: {
    password: ({ length }, { resource: { name } }) => {
      const needed = name.includes("secret-key") ? least.key : least.password;
      return when(length < needed, `found ${String(length)}, less than ${String(needed)}`, "length");
    },
    site: ({ variables }) =>
      Object.entries(variables).flatMap(([name, value]) =>
        when(
          value.includes("django-insecure-"),
          "holds the key of a project that was just begun",
          `application.environment.${name}`,
        ),
      ),
  },
};
