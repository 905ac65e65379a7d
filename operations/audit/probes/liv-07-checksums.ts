import type { Probe } from "../probe.ts";

const mend =
  "A failed checksum: a page of the disk changed under PostgreSQL. Stop writing, restore the last verified backup on another disk, and have the provider check this one. Checksums that are off: dump, make the database anew (Socle does so with checksums), restore; or `pg_checksums --enable` while it is stopped.";

export const probe: Probe = {
  id: "LIV-07",
  name: "data checksums are on and none has failed",
  description: "Without them a failing disk spoils data silently, and the backups after it.",
  severity: "high",
  reference: "PostgreSQL: Data Checksums; pg_stat_database.checksum_failures",
  mend,
  resource: "postgres",
  decide: ({ facts }) => {
    const lines = facts.lines("database", "See that PostgreSQL runs: `npm run -s socle -- status`.");
    const on = lines.includes("checksums|on");
    return {
      findings: [
        ...(on
          ? []
          : [
              {
                where: "data_checksums",
                found: lines.find((line) => line.startsWith("checksums|"))?.slice(10) ?? "not told",
              },
            ]),
        ...lines
          .filter((line) => line.startsWith("failures|"))
          .map((line) => {
            const [, database = "", count = ""] = line.split("|");
            return { where: database, found: `${count} pages did not agree with their checksum` };
          }),
      ],
      seen: "on, none failed",
    };
  },
};
