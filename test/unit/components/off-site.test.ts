// The copy of the backups elsewhere, and the watch: what they reach, and that no secret shows.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { type Deployment, deploy, production } from "./stack.ts";

const stack = "socle-production";
const hostKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI";
const keys = { offsiteAccessKey: "AKIA-undisclosed", offsiteSecretKey: "secret-undisclosed" };
const webhook = "https://hooks.example.org/undisclosed";

interface Container {
  envs: string[];
  networksAdvanced: { name: string }[];
  mounts: { source: string; target: string; readOnly: boolean }[];
  tmpfs: Record<string, string>;
}

describe("the off-site copy", () => {
  let bucket: Deployment;
  before(async () => {
    const backup = { offsite: { type: "s3", bucket: "store", endpoint: "https://s3.example.org" } };
    bucket = await deploy("production", { ...production(), backup }, {}, { ...keys, webhook });
  });
  const inputs = (deployment: Deployment, name: string) =>
    deployment.resource(`docker:Container ${name}`).inputs as unknown as Container;

  it("has a way out, and reads the backups without changing them; what dumps has none", () => {
    const { envs, networksAdvanced, mounts, tmpfs } = inputs(bucket, "offsite");
    assert.ok(envs.includes(`RESTIC_REPOSITORY=s3:https://s3.example.org/store/${stack}`), envs.join(" "));
    assert.deepEqual(
      networksAdvanced.map(({ name }) => name),
      [`${stack}-edge`],
    );
    assert.deepEqual(
      mounts.map(({ source, target, readOnly }) => `${source} ${target}${readOnly ? " ro" : ""}`),
      [
        `${stack}-backups /backups ro`,
        `${stack}-offsite /offsite`,
        `${stack}-backup-tools /tools ro`,
        `${stack}-offsite-secrets /run/socle ro`,
      ],
    );
    assert.deepEqual(Object.keys(tmpfs), ["/tmp"], "restic finds the authorities in the image's /etc");
    assert.deepEqual(
      inputs(bucket, "backup").networksAdvanced.map(({ name }) => name),
      [`${stack}-data`],
    );
  });

  it("shows no secret", () => {
    for (const { inputs: shown } of bucket.containers) assert.doesNotMatch(JSON.stringify(shown), /undisclosed/);
  });

  it("is watched, with everything read only", () => {
    const { mounts, envs } = inputs(bucket, "watch");
    assert.ok(mounts.filter(({ target }) => target !== "/watch").every(({ readOnly }) => readOnly));
    for (const variable of ["BACKUP_HOURS=26", "DRILL_HOURS=192", "COPY_HOURS=50"])
      assert.ok(envs.includes(variable), envs.join(" "));
  });

  it("is not watched where nobody is told, or nobody wants to hear of it", async () => {
    const quiet = { ...production(), notifications: { events: ["failure"] } };
    for (const [sections, credentials] of [
      [production(), {}],
      [quiet, { webhook }],
    ] as const) {
      const { outputs } = await deploy("production", sections, {}, credentials);
      assert.ok(!("watch" in outputs.services));
    }
  });

  it("logs in at an SSH server with a key and a host key alone", async () => {
    const offsite = {
      type: "sftp",
      address: "store.example.org",
      port: 2222,
      user: "site",
      hostKey,
      path: "/srv/copies",
    };
    const offsitePrivateKey = "-----BEGIN PRIVATE KEY-----\nundisclosed\n-----END PRIVATE KEY-----\n";
    const deployment = await deploy("production", { ...production(), backup: { offsite } }, {}, { offsitePrivateKey });
    const { envs, tmpfs } = inputs(deployment, "offsite");
    assert.ok(envs.includes("RESTIC_REPOSITORY=sftp://site@store.example.org:2222//srv/copies"), envs.join(" "));
    assert.ok(envs.includes("OFFSITE_SSH=[store.example.org]:2222"));
    assert.match(tmpfs["/etc"] ?? "", /^uid=1000,gid=1000,/);
  });
});
