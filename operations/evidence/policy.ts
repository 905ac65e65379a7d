/** What is recorded for which policy: in which ledger, and for how long it counts at most. */

const day = 24;
/** What is bound to an image holds as long as the image; an old one is not brought back untested. */
const image = 365 * day;

export const policies = {
  "EVD-01": { ledger: "backups", hours: day },
  "EVD-02": { ledger: "backups", hours: 30 * day },
  "EVD-03": { ledger: "tests", hours: image },
  "EVD-04": { ledger: "load", hours: image },
  "EVD-05": { ledger: "backups", hours: 30 * day },
  "EVD-06": { ledger: "drills", hours: 30 * day },
  "EVD-07": { ledger: "releases", hours: image },
  "EVD-08": { ledger: "scans", hours: 7 * day },
  "EVD-09": { ledger: "migrations", hours: image },
  "EVD-10": { ledger: "refreshes", hours: image },
  "EVD-11": { ledger: "drills", hours: 30 * day },
} as const;

export type EvidencePolicy = keyof typeof policies;
