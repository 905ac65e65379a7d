/** The headers that every answer of a site carries (OWASP Secure Headers Project; Mozilla: HSTS of two years). */
const twoYears = 63_072_000;

/** What each header must say in every one of the values that it may have. */
export const securityHeaders: Record<string, (values: string[]) => boolean> = {
  "Strict-Transport-Security": (values) =>
    values.some((value) => Number(/max-age=(\d+)/.exec(value)?.[1] ?? 0) >= twoYears),
  "Content-Security-Policy": (values) =>
    values.length > 0 && values.every((value) => value.includes("frame-ancestors")),
  "X-Content-Type-Options": (values) => values.every((value) => value === "nosniff"),
  "X-Frame-Options": (values) => values.every((value) => value === "DENY"),
  "Referrer-Policy": (values) => values.every((value) => /^(no-referrer|same-origin|strict-origin)/.test(value)),
  "Permissions-Policy": (values) => values.every((value) => value !== ""),
};
