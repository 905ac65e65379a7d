// The copy of the backups elsewhere, and point-in-time recovery: what each needs, and what it refuses.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { backupRules } from "../../../config/backup-rules.ts";
import { testRules } from "./rule-cases.ts";
import { dev, mistakes, read, refusals } from "./stack.ts";

const s3 = { type: "s3", bucket: "backups" };
const sftp = {
  type: "sftp",
  address: "store.example.org",
  user: "site",
  hostKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI",
};
const keys = { offsiteAccessKey: "AKIA", offsiteSecretKey: "secret" };
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
const withOffsite = (offsite: unknown, more: object = {}) => ({ ...dev(), backup: { offsite, ...more } });
const found = (sections: Record<string, unknown>, credentials: Record<string, string>): [string, string][] =>
  refusals(sections, { credentials });

describe("settings of the backups that contradict one another", () => {
  testRules(backupRules, [
    {
      rule: "has the credentials of its type",
      base: dev,
      credentials: ["offsiteAccessKey", "offsitePrivateKey"],
      bad: { "backup.offsite": s3 },
      lines: [
        [
          "credentials:offsiteSecretKey",
          "is not set, and backup.offsite of type s3 needs it",
          "Run `pulumi config set --secret credentials:offsiteSecretKey`, or remove backup.offsite.",
        ],
        [
          "credentials:offsitePrivateKey",
          "is set, and nothing uses it",
          "Set backup.offsite of type sftp, or run `pulumi config rm credentials:offsitePrivateKey`.",
        ],
      ],
      good: { "backup.offsite": s3 },
      goodCredentials: Object.keys(keys),
    },
    {
      rule: "has backups to copy",
      base: dev,
      credentials: Object.keys(keys),
      bad: { "backup.offsite": s3, "backup.enabled": false },
      lines: [
        [
          "backup.offsite",
          "is set, but backups are off",
          "Remove backup.enabled, which is true by default, or backup.offsite.",
        ],
      ],
      good: { "backup.offsite": s3 },
    },
    {
      rule: "has a repository to store in",
      base: dev,
      bad: { "postgres.pitr": {}, "backup.enabled": false },
      lines: [
        [
          "postgres.pitr",
          "is set, but backups are off, and it stores in their repository",
          "Remove backup.enabled, which is true by default, or postgres.pitr.",
        ],
      ],
      good: { "postgres.pitr": {} },
    },
    {
      rule: "is reached over HTTPS",
      credentials: Object.keys(keys),
      bad: { "backup.offsite": { ...s3, endpoint: "http://10.0.0.5:9000" } },
      lines: [
        [
          "backup.offsite.endpoint",
          "is plain HTTP, which hides neither the id of the key nor what is deleted",
          "Write it with https://.",
        ],
      ],
      good: { "backup.offsite": { ...s3, endpoint: "https://10.0.0.5:9000" } },
    },
  ]);
});

describe("backup.offsite", () => {
  it("is a bucket with its two keys, or an SSH server with its one", () => {
    const { settings } = read(withOffsite(s3), { credentials: keys });
    assert.deepEqual(settings.backup.offsite, {
      ...s3,
      endpoint: "https://s3.amazonaws.com",
      region: "us-east-1",
    });
    assert.equal(
      read(withOffsite(sftp), { credentials: { offsitePrivateKey: privateKey } }).settings.backup.offsite?.type,
      "sftp",
    );
  });

  it("says which credential is missing, and which is idle", () => {
    const code = "config.offsite-credentials";
    assert.deepEqual(found(withOffsite(s3), { offsiteAccessKey: "AKIA", offsitePrivateKey: privateKey }), [
      [code, "credentials:offsiteSecretKey"],
      [code, "credentials:offsitePrivateKey"],
    ]);
    assert.deepEqual(found(dev(), { offsiteAccessKey: "AKIA" }), [[code, "credentials:offsiteAccessKey"]]);
  });

  it("needs backups to copy, and in production HTTPS", () => {
    assert.deepEqual(found(withOffsite(s3, { enabled: false }), keys), [
      ["config.offsite-without-backups", "backup.offsite"],
    ]);
    const plain = { ...s3, endpoint: "http://10.0.0.5:9000" };
    assert.deepEqual(found(withOffsite(plain), keys), []);
    const inProduction = found({ ...withOffsite(plain), tier: "production" }, keys).map(([code]) => code);
    assert.ok(inProduction.includes("config.offsite-without-https"));
  });

  it("pins the server's key, and takes no server without one", () => {
    const { hostKey: _, ...unpinned } = sftp;
    const paths = found(withOffsite(unpinned), { offsitePrivateKey: privateKey }).map(([, path]) => path);
    assert.ok(paths.includes("backup.offsite.hostKey"));
  });
});

describe("postgres.pitr", () => {
  const withPitr = (pitr: unknown, more: object = {}) => ({ ...dev(), postgres: { pitr }, ...more });

  it("is off, and on with defaults where it is there", () => {
    assert.equal(read(dev()).settings.postgres.pitr, undefined);
    assert.deepEqual(read(withPitr({})).settings.postgres.pitr, { days: 7, time: "01:30", lag: 10, pending: 2048 });
  });

  it("needs the repository of the backups", () => {
    assert.deepEqual(found(withPitr({}, { backup: { enabled: false } }), {}), [
      ["config.pitr-without-backups", "postgres.pitr"],
    ]);
  });

  it("takes no time of day that is none, and no disk without a bound", () => {
    assert.deepEqual(
      mistakes(withPitr({ time: "25:00", pending: 0 })).map(({ path }) => path),
      ["postgres.pitr.time", "postgres.pitr.pending"],
    );
  });
});
