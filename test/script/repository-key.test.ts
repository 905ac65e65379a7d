// Repositories of backups whose key is another one by now, as after the loss of a stack's state: what can be opened goes on,
// and what cannot is not written to. There are few of them: restic takes its time to derive a key.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, before, beforeEach, describe, it } from "mocha";

import { Host } from "../../connection/host.ts";
import { Repository } from "../../operations/backup/repository.ts";
import type { Stack } from "../../operations/stack.ts";
import { docker, runScript } from "./machine.ts";
import { type Ended, SourceMachine } from "./source-machine.ts";

describe("a repository of backups that another key made", function () {
  this.timeout(300_000);
  let secrets: string;
  let machine: SourceMachine;

  before(() => {
    secrets = `socle-test-${randomBytes(4).toString("hex")}-secrets`;
    docker("volume", "create", secrets);
    bring("first");
    machine = new SourceMachine({ secrets });
  });
  after(() => {
    machine.remove();
    docker("volume", "rm", secrets);
  });
  let made: string;
  beforeEach(() => {
    machine.sh("rm -rf /backups/* /offsite/*");
    bring("first");
    forgetKeys();
    machine.sh(`sh /tools/open.sh; ${elsewhere} /tools/restic --quiet init; touch /offsite/checks.jsonl`);
    made = machine.sh(
      `echo 'from before' >/media/file; /tools/restic --quiet backup --host "$STACK" --tag manual /media; ${list}`,
    );
    bring("second");
  });

  /** As an `up` brings the stack's key, which is another one after the state was lost. */
  const bring = (key: string): void => {
    const input = `repository-key 0400 ${Buffer.from(key).toString("base64")}\n`;
    const words = [secrets, "postgres:15", "10001:10001", "all", "repository-key"];
    assert.equal(runScript("volume-files.sh", words, { input }).status, 0);
  };
  /** As on a server where a version of this program overwrote them that kept none. */
  const forgetKeys = (): void => {
    const mount = `--volume=${secrets}:/files`;
    docker("run", "--rm", "--network=none", mount, "--entrypoint=sh", "postgres:15", "-c", "rm -f /files/*-until-*");
  };
  const list = `/tools/restic --quiet --no-lock snapshots --json | grep -o '"short_id":"[0-9a-f]*"' | cut -d '"' -f 4`;
  const file = (id: string): string => machine.sh(`/tools/restic --quiet --no-lock dump ${id} /media/file`);
  const elsewhere = "RESTIC_REPOSITORY=/offsite/repository";
  const copy = (): Ended =>
    machine.run(
      `export ${elsewhere} RECORDS=/offsite RESTIC_FROM_PASSWORD_FILE=$RESTIC_PASSWORD_FILE RESTIC_CACHE_DIR=/offsite/cache
       export KEEP_SCHEDULED='--keep-daily 7' KEEP_RELEASE=10 ARCHIVE_DAYS=
       sh /tools/copy.sh`,
    );

  /** What the operator's command is told by the container. */
  const repository = (): Repository => {
    const host = new Host({ type: "local", socket: "unix:///var/run/docker.sock" });
    return new Repository({ name: "production", container: () => machine.name, host } as unknown as Stack);
  };

  it("goes on with the present one where that one is on the server, off-site too, and both open it", async () => {
    machine.sh("sh /tools/open.sh");
    assert.equal(machine.sh("ls -d /backups/repository*"), "/backups/repository");
    assert.equal(machine.sh(list), made);
    assert.equal(file(made), "from before");
    machine.sh(
      `/tools/restic --quiet --no-lock --password-file /run/socle/repository-key-until-* cat config >/dev/null`,
    );
    assert.deepEqual(await repository().previous(), []);
    const keys = (await repository().previousKeys()).map((until) => repository().previousKey(until));
    assert.deepEqual(await Promise.all(keys), ["first"]);
    const copied = copy();
    assert.equal(copied.status, 0, copied.stderr);
    assert.equal(machine.sh(`${elsewhere}; ${list} | wc -l`), "1");
  });

  it("is left beside a new one where it is not, off-site as it is; with the key that was kept elsewhere its backups come back", async () => {
    forgetKeys();
    machine.sh("sh /tools/open.sh");
    const name = machine.sh("cd /backups; ls -d repository-until-*");
    assert.match(name, /^repository-until-\d{8}T\d{6}Z$/);
    const command = `socle backup fetch --from ${name} --key FILE`;
    assert.deepEqual(await repository().previous(), [{ repository: name, command: `${command} --stack production` }]);
    assert.deepEqual(await repository().previousKeys(), []);
    const fetch = (key: string): Ended =>
      machine.run(`RESTIC_REPOSITORY=/backups/${name} sh /tools/fetch.sh given /backups/repository`, key);

    const state = "find /offsite/repository -type f -exec cksum {} + | sort";
    const untouched = machine.sh(state);
    const copied = copy();
    assert.equal(copied.status, 1);
    assert.match(copied.stderr, /opening the off-site repository, which another key made/);
    assert.equal(machine.sh(state), untouched);

    for (const key of ["", "wrong"]) {
      const refused = fetch(key);
      assert.equal(refused.status, 1);
      assert.match(refused.stderr, new RegExp(`the key does not open the repository ${name}; nothing was changed`));
      assert.match(refused.stderr, new RegExp(command));
    }
    const fetched = fetch("first");
    assert.equal(fetched.status, 0, fetched.stderr);
    assert.equal(file(machine.sh(list)), "from before");
    const left = machine.sh("ls /tmp /backups | grep fetch || true");
    assert.equal(left, "", "the key would be among it");
  });
});
