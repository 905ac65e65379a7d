import { wordings } from "../../../operations/upgrade/findings.ts";
import { table } from "./table.ts";

export const upgrades = [
  table(wordings, {
    "upgrade.other-image": [
      { image: "postgres:16", found: 17, version: 16 },
      `postgres:16 is PostgreSQL 17, not 16; nothing was changed.
    → Name another one: --image.`,
    ],
    "upgrade.not-running": [
      { stack: "live" },
      `PostgreSQL does not run, and an upgrade reads from it; nothing was changed.
    → Run: npm run -s pulumi -- up -s live`,
    ],
    "upgrade.done-already": [
      { stack: "live", version: 16 },
      `Stack live runs PostgreSQL 16 already; nothing was changed.
    → There is nothing to upgrade.`,
    ],
    "upgrade.backwards": [
      { stack: "live", serving: 17, version: 16 },
      `Stack live runs PostgreSQL 17, and none goes back to 16; nothing was changed.
    → See docs/backups.md for what an upgrade keeps.`,
    ],
    "upgrade.volume-filled": [
      { volume: "socle-live-postgres-16" },
      `Volume socle-live-postgres-16 holds data already, of an earlier upgrade; nothing was changed.
    → Where it is not needed, remove it on the host: docker volume rm socle-live-postgres-16`,
    ],
    "upgrade.further-databases": [
      { databases: ["one", "other"] },
      `The server has further databases, which would stay behind: one, other; nothing was changed.
    → Take out what is needed of them, and drop them: socle psql --superuser.`,
    ],
    "upgrade.tablespaces": [
      { tablespaces: ["fast"] },
      `The server has tablespaces, which lie outside its volume: fast; nothing was changed.
    → Move what is in them to pg_default, and drop them.`,
    ],
    "upgrade.missing-extensions": [
      { image: "postgres:16", extensions: ["postgis"] },
      `postgres:16 lacks extensions that the database has: postgis; nothing was changed.
    → Name an image that has them (--image), or drop them where nothing uses them.`,
    ],
    "upgrade.disk-full": [
      { free: 199_000_000, needed: 200_000_000 },
      `190 MB are free on the disk of the database, and 191 MB are needed; nothing was changed.
    → Free some, or give the host a larger disk.`,
    ],
  }),
];
