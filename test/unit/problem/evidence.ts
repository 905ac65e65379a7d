import { wordings as append } from "../../../operations/evidence/append.ts";
import { wordings as imported } from "../../../operations/evidence/commands/import.ts";
import { wordings as verify } from "../../../operations/evidence/commands/verify.ts";
import { wordings as key } from "../../../operations/evidence/key.ts";
import { wordings as report } from "../../../operations/evidence/report.ts";
import { table } from "./table.ts";

const path = "evidence/tests.jsonl";
const fitKey = "Put an Ed25519 key there, or the path of its file; `npm run evidence -- key FILE` makes one.";

export const evidence = [
  table(append, {
    "evidence.broken-ledger": [
      { where: `${path}:1`, found: "was edited: its hash is another", path },
      `evidence/tests.jsonl:1: was edited: its hash is another; nothing was recorded.
    → Take the ledger back as it was committed: git checkout -- evidence/tests.jsonl`,
    ],
    "evidence.still-to-come": [
      { policy: "EVD-03", when: "2027-01-01T00:00:00.000Z" },
      `EVD-03: the report is of 2027-01-01T00:00:00.000Z, which is still to come; nothing was recorded.
    → Set the clock of this machine, or of the one that made the report.`,
    ],
    "evidence.expired-before": [
      { policy: "EVD-03", when: "2026-01-01T00:00:00.000Z", expires: "2025-01-01T00:00:00.000Z" },
      "EVD-03: it would expire at 2025-01-01T00:00:00.000Z, before 2026-01-01T00:00:00.000Z; nothing was recorded.",
    ],
    "evidence.ledger-busy": [
      { path, owner: "process 1 of elsewhere", lock: `${path}.lock` },
      `evidence/tests.jsonl is being written by process 1 of elsewhere; nothing was recorded.
    → Wait for it; where it is gone for good, remove evidence/tests.jsonl.lock.`,
    ],
  }),
  table(key, {
    "evidence.no-key-file": [
      `SOCLE_EVIDENCE_KEY: names a file that is not there; nothing was recorded.
    → ${fitKey}`,
    ],
    "evidence.no-private-key": [
      `SOCLE_EVIDENCE_KEY: holds no private key in PEM form; nothing was recorded.
    → ${fitKey}`,
    ],
    "evidence.other-key": [
      { type: "ec" },
      `SOCLE_EVIDENCE_KEY: holds a key of the type ec; nothing was recorded.
    → ${fitKey}`,
    ],
    "evidence.key-exists": [
      { path: "key.pem" },
      `key.pem is there already; nothing was written.
    → Name another file.`,
    ],
  }),
  table(report, {
    "evidence.unusable-report": [
      { tool: "bandit", found: "is empty", fix: "Run bandit again." },
      `The report of bandit is empty; nothing was recorded.
    → Run bandit again.`,
    ],
  }),
  table(imported, {
    "evidence.no-report": [
      { file: "none.xml", reason: "ENOENT" },
      `none.xml could not be read: ENOENT; nothing was recorded.
    → Name the file that the tool wrote.`,
    ],
  }),
  table(verify, {
    "evidence.no-revision": [
      { command: "ls-tree", said: "fatal: Not a valid object name nowhere" },
      `git ls-tree: fatal: Not a valid object name nowhere
    → Name a revision that is there, such as origin/main.`,
    ],
  }),
];
