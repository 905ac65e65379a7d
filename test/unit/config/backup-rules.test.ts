// The copy of the backups elsewhere, and point-in-time recovery: what each needs, and what it refuses.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { dev, mistakes, read } from "./stack.ts";

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
const paths = (sections: Record<string, unknown>, credentials: Record<string, string>): string[] =>
  mistakes(sections, { credentials }).map(({ path, found }) => `${path}: ${found}`);

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
    assert.deepEqual(paths(withOffsite(s3), { offsiteAccessKey: "AKIA", offsitePrivateKey: privateKey }), [
      "credentials:offsiteSecretKey: is not set, and backup.offsite of type s3 needs it",
      "credentials:offsitePrivateKey: is set, and nothing uses it",
    ]);
    assert.deepEqual(paths(dev(), { offsiteAccessKey: "AKIA" }), [
      "credentials:offsiteAccessKey: is set, and nothing uses it",
    ]);
  });

  it("needs backups to copy, and in production HTTPS", () => {
    assert.deepEqual(paths(withOffsite(s3, { enabled: false }), keys), ["backup.offsite: is set, but backups are off"]);
    const plain = { ...s3, endpoint: "http://10.0.0.5:9000" };
    assert.deepEqual(paths(withOffsite(plain), keys), []);
    assert.ok(
      paths({ ...withOffsite(plain), tier: "production" }, keys).some((line) =>
        line.startsWith("backup.offsite.endpoint: is plain HTTP"),
      ),
    );
  });

  it("pins the server's key, and takes no server without one", () => {
    const { hostKey: _, ...unpinned } = sftp;
    assert.ok(
      paths(withOffsite(unpinned), { offsitePrivateKey: privateKey }).some((line) =>
        line.startsWith("backup.offsite.hostKey: "),
      ),
    );
  });
});

describe("postgres.pitr", () => {
  const withPitr = (pitr: unknown, more: object = {}) => ({ ...dev(), postgres: { pitr }, ...more });

  it("is off, and on with defaults where it is there", () => {
    assert.equal(read(dev()).settings.postgres.pitr, undefined);
    assert.deepEqual(read(withPitr({})).settings.postgres.pitr, { days: 7, time: "01:30", lag: 10, pending: 2048 });
  });

  it("needs the repository of the backups", () => {
    assert.deepEqual(paths(withPitr({}, { backup: { enabled: false } }), {}), [
      "postgres.pitr: is set, but backups are off, and it stores in their repository",
    ]);
  });

  it("takes no time of day that is none, and no disk without a bound", () => {
    assert.deepEqual(
      mistakes(withPitr({ time: "25:00", pending: 0 })).map(({ path }) => path),
      ["postgres.pitr.time", "postgres.pitr.pending"],
    );
  });
});
