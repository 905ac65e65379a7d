/** Which inputs the engine knows for secrets, with their values: only a remediation is shown that. */
import { Secret } from "@pulumi/policy";
import { getSpecialProxyTarget, isSpecialProxy } from "./sdk.ts";

/** @param props as a remediation gets them, behind the SDK's proxies */
export function secretInputs(props: unknown): Record<string, unknown[]> {
  const found = Object.entries(bare(props) as Record<string, unknown>).map(
    ([name, value]) => [name, secretsIn(value)] as const,
  );
  return Object.fromEntries(found.filter(([, secrets]) => secrets.length > 0));
}

/** What the SDK's proxies stand before, which would unwrap secrets and throw at unknown values. */
function bare(value: unknown): unknown {
  const proxied = value as Record<string, unknown>;
  return typeof value === "object" && value !== null && proxied[isSpecialProxy] === true
    ? bare(proxied[getSpecialProxyTarget])
    : value;
}

function secretsIn(value: unknown): unknown[] {
  if (value instanceof Secret) return [value.value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(secretsIn);
}
