import { isSecret, namesSecret } from "../../config/clear-secret.ts";
import { type Rule, when } from "../rule.ts";
import { known, knownEntries } from "../unknown.ts";

/** A variable that holds a secret by its name or form; one that names the file of a secret does not. */
function holdsSecret(name: string, value: string): boolean {
  if (name.endsWith("_FILE") && value.startsWith("/")) return false;
  return value !== "" && (namesSecret(name) || isSecret(value));
}

/** Names of the variables among `NAME=value` that hold a secret. */
const among = (pairs: readonly string[]): string[] =>
  pairs
    .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)] as const)
    .filter(([name, value]) => holdsSecret(name, value))
    .map(([name]) => name);

// What is not known at preview comes from a resource: it is no literal of the configuration, and is judged in the update.
export const rule: Rule = {
  id: "SEC-01",
  name: "no credential stands in clear",
  description:
    "What stands in a stack file, a command line or `docker inspect` is read by more people than it should be.",
  severity: "critical",
  reference: "OWASP Secrets Management Cheat Sheet; docs/adr/0003",
  checklist: "Security: strong database passwords",
  mend: "Remove it and run `pulumi config set --secret secrets:NAME`; if it was ever committed, replace the secret.",
  decide: {
    site: ({ variables }) =>
      Object.entries(variables).flatMap(([name, value]) =>
        when(holdsSecret(name, value), "looks like a secret in clear", `application.environment.${name}`),
      ),
    container: ({ envs, command, entrypoints }) => [
      ...among(knownEntries(envs)).flatMap((name) =>
        when(true, `${name} looks like a secret, which \`docker inspect\` shows`, "envs"),
      ),
      ...Object.entries({ command, entrypoints }).flatMap(([where, words]) =>
        when(knownEntries(words).some(isSecret), "holds what looks like a secret", where),
      ),
    ],
    command: (inputs, { resource: { secrets } }) =>
      (["create", "stdin"] as const).flatMap((name) =>
        when(
          !secrets.includes(name) && isSecret(known(() => inputs[name]) ?? ""),
          "holds what looks like a secret, and Pulumi does not know it for one",
          name,
        ),
      ),
  },
};
