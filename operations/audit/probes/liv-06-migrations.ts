import type { Probe } from "../probe.ts";

const mend =
  "Pending migrations: `pulumi up`, which runs them before the traffic moves. An invalid index is what a failed CREATE INDEX CONCURRENTLY left: `REINDEX INDEX CONCURRENTLY NAME;` in psql, or drop it and let its migration run again.";

export const probe: Probe = {
  id: "LIV-06",
  name: "no migration is pending and every index is valid",
  description:
    "Code that runs ahead of its tables fails on the first visitor who needs them; an invalid index costs and serves nobody.",
  severity: "high",
  reference: "Django: migrate --check; PostgreSQL: CREATE INDEX, Building Indexes Concurrently",
  mend,
  resource: "postgres",
  decide: ({ stack, facts }) => {
    const invalid = facts
      .lines("database", "See that PostgreSQL runs: `npm run -s socle -- status`.")
      .filter((line) => line.startsWith("invalid|"))
      .map((line) => ({ where: line.slice("invalid|".length), found: "is an invalid index" }));
    if (!stack.pending)
      return {
        findings: invalid,
        seen: "every index is valid; the application names no command for pending migrations (application.commands.pending)",
      };
    const { status, lines } = facts.get("pending", "See that the backend runs: `npm run -s socle -- status`.");
    const pending =
      status === 0
        ? []
        : [{ where: "migrations", found: `are pending: ${lines.at(-1)?.trim() || `exit status ${status}`}` }];
    return { findings: [...pending, ...invalid], seen: "nothing is pending, every index is valid" };
  },
};
