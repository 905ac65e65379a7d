import { type Lock, wordings as lock } from "../../../deployment/lock.ts";
import { wordings as maintenance } from "../../../deployment/maintenance.ts";
import { wordings as takeover } from "../../../deployment/takeover.ts";
import { wordings as state } from "../../../deployment/update-record.ts";
import { table } from "./table.ts";

const held: Lock = {
  id: "0011",
  kind: "freeze",
  owner: "ada@desk",
  reason: "the sale",
  link: "https://ci.example.org/7",
  since: new Date("2026-01-31T09:00:00Z"),
  until: undefined,
  now: new Date("2026-01-31T09:30:00Z"),
};

export const deployment = [
  table(lock, {
    "lock.held": [
      { stack: "production", lock: held },
      `lock: ada@desk has held the stack since 2026-01-31 09:00 UTC (30 min ago), until it is released: the sale (https://ci.example.org/7); nothing was changed.
    → Ask ada@desk, who releases it with \`socle unlock\`; or release it: \`npm run -s socle -- unlock --force --stack production\`.`,
    ],
    "lock.unreachable": [
      { said: "exit code 1" },
      `lock: it could not be reached on the host (exit code 1); nothing was changed.
    → See that its folder can be written: /var/lib/socle for root, else ~/.local/state/socle.`,
    ],
  }),
  table(maintenance, { "maintenance.failed": [{ said: "no such container" }, "maintenance: no such container"] }),
  table(takeover, { "takeover.failed": [{ said: "the engine is off" }, "the engine is off"] }),
  table(state, {
    "state.unreadable": [{ words: ["stack", "export"], code: 255 }, "pulumi stack export ended with exit code 255"],
  }),
];
