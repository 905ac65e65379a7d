/** One run of a program as policies see it: resource by resource as they are registered, at the end all together. */
import type { Facts } from "../config/facts.ts";
import { Evidence } from "./evidence/evidence.ts";
import { isKind, type Registered, type Resource, subjects } from "./resource.ts";
import type { Proof, Rule } from "./rule.ts";
import { type Verdict, verdictOn, verdictOnStack } from "./verdict.ts";

/** A program without a site is judged as the strictest there is, by what can be told of a resource alone. */
const strictest = {
  tier: "production",
  policies: { enforcement: {}, waivers: [] },
} as unknown as Facts;

/** Shorter ones would be found in any text by chance. */
const shortestSecret = 8;

export class Session {
  readonly #rules: readonly Rule[];
  readonly #today: string;
  readonly #evidence: Evidence;
  readonly #resources = new Map<string, Resource[]>();
  readonly #secrets = new Map<string, string[]>();
  readonly #values = new Set<string>();
  #site: Resource<"site"> | undefined;

  /** @param today as 2027-01-31; waivers end by it */
  constructor(rules: readonly Rule[], today: string, evidence = Evidence.none) {
    this.#rules = rules;
    this.#today = today;
    this.#evidence = evidence;
  }

  /** What the stack says of itself; the strictest there is, where it has not said it. */
  get facts(): Facts {
    return this.#site?.inputs ?? strictest;
  }

  /** What shows that a rule is met, beside the settings themselves. */
  proofs(rule: Rule): readonly Proof[] {
    return rule.proof?.({ facts: this.facts, today: this.#today, evidence: this.#evidence }) ?? [];
  }

  /** Notes which inputs of a resource are secrets: a policy that judges sees them in clear and unmarked. */
  noteSecrets(urn: string, secrets: Readonly<Record<string, readonly unknown[]>>): void {
    this.#secrets.set(urn, Object.keys(secrets));
    for (const value of Object.values(secrets).flat())
      if (typeof value === "string")
        for (const line of value.split("\n")) if (line.length >= shortestSecret) this.#values.add(line);
  }

  judge(registered: Omit<Registered, "secrets">): Verdict[] {
    const found = subjects({ ...registered, secrets: this.#secrets.get(registered.urn) ?? [] });
    this.#resources.set(registered.urn, found);
    const [site] = found.filter((subject) => isKind(subject, "site"));
    if (site) this.#site = site;
    const { facts } = this;
    return this.#told(
      this.#rules.flatMap((rule) =>
        found.map((subject) => verdictOn(rule, subject, facts, this.#today, this.#evidence)),
      ),
    );
  }

  /** What can be said only when all is registered; nothing where there is no site. */
  judgeStack(): Verdict[] {
    const site = this.#site;
    if (!site) return [];
    const all = [...this.#resources.values()].flat();
    return this.#told(
      this.#rules.map((rule) => verdictOnStack(rule, all, site, site.inputs, this.#today, this.#evidence)),
    );
  }

  /** Without the verdicts of rules that are off, and without any secret's value, whatever a rule may have put in. */
  #told(verdicts: (Verdict | undefined)[]): Verdict[] {
    return verdicts
      .filter((verdict) => verdict !== undefined)
      .filter(({ level }) => level !== "off")
      .map((verdict) => ({
        ...verdict,
        message: this.#silenced(verdict.message),
        findings: verdict.findings.map((finding) => ({ ...finding, found: this.#silenced(finding.found) })),
      }));
  }

  #silenced(message: string): string {
    return [...this.#values].reduce((text, value) => text.replaceAll(value, "(a secret, not shown)"), message);
  }
}
