// The archive of the database's changes: what it reaches, what it depends on, and that nothing of it is there unasked.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { type Inputs, inputsOf } from "./container.ts";
import { type Deployment, deploy, production, type Sections } from "./stack.ts";

const stack = "socle-production";
const webhook = "https://hooks.example.org/undisclosed";
const offsite = { type: "s3", bucket: "store", endpoint: "https://s3.example.org" };
const keys = { offsiteAccessKey: "AKIA-undisclosed", offsiteSecretKey: "secret-undisclosed" };

describe("the archive of changes", () => {
  let off: Deployment;
  let on: Deployment;
  before(async () => {
    const sections: Sections = { ...production(), backup: { offsite } };
    const postgres = { ...(sections["postgres"] as object), pitr: { days: 14, lag: 5 } };
    off = await deploy("production", sections, {}, { ...keys, webhook });
    on = await deploy("production", { ...sections, postgres }, {}, { ...keys, webhook });
  });
  const inputs = (deployment: Deployment, name: string): Inputs =>
    inputsOf(deployment.resource(`docker:Container ${name}`));

  it("is not there unless it is asked for", () => {
    assert.deepEqual(
      off.resources.filter(({ key }) => key.includes("archive")),
      [],
    );
    assert.ok(!("archive" in off.outputs.services));
    assert.ok(inputs(off, "watch").envs.includes("ARCHIVE_MINUTES="));
    assert.ok(inputs(off, "offsite").envs.includes("ARCHIVE_DAYS="));
  });

  it("leaves the containers of database, application and backups as they are", () => {
    for (const name of ["postgres", "backup", "backend"])
      if (off.containers.some((each) => each.name === name))
        assert.deepEqual(inputs(on, name), inputs(off, name), name);
  });

  it("reaches the database alone, and writes nothing but changes and repository", () => {
    const { networksAdvanced, mounts, envs } = inputs(on, "archive");
    assert.deepEqual(
      networksAdvanced.map(({ name }) => name),
      [`${stack}-data`],
    );
    assert.deepEqual(
      mounts.map(({ source, target, readOnly }) => `${source} ${target}${readOnly ? " ro" : ""}`),
      [
        `${stack}-archive /archive`,
        `${stack}-backups /backups`,
        `${stack}-backup-tools /tools ro`,
        `${stack}-backup-secrets /run/socle ro`,
      ],
    );
    for (const variable of ["ARCHIVE_DAYS=14", "ARCHIVE_MINUTES=5", "ARCHIVE_PENDING=2048", "ARCHIVE_TIME=01:30"])
      assert.ok(envs.includes(variable), envs.join(" "));
  });

  it("begins when the login may receive, and takes the right away when it goes", () => {
    assert.ok(on.isAfter("docker:Container archive", "command:Command archive-access"));
    assert.ok(on.isAfter("command:Command archive-access", "command:Command postgres-database"));
    const access = on.resource("command:Command archive-access").inputs as { create: string; delete: string };
    assert.match(access.create, /postgres\/archive\.sh socle-production shop_backup on 2048 /);
    assert.match(access.delete, /postgres\/archive\.sh socle-production shop_backup off$/);
  });

  it("is watched, and copied with the backups", () => {
    assert.ok(inputs(on, "watch").envs.includes("ARCHIVE_MINUTES=5"));
    assert.ok(inputs(on, "watch").mounts.some(({ target, readOnly }) => target === "/archive" && readOnly));
    assert.ok(inputs(on, "offsite").envs.includes("ARCHIVE_DAYS=14"));
  });
});
