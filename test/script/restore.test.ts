// A restore: what was there at a backup comes back, and what is there now is saved first, while the site is closed.
import assert from "node:assert/strict";

import { after, before, describe, it } from "mocha";

import type { Backup, Manifest } from "../../operations/backup/repository.ts";
import { docker } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { inspect } from "../lab/engine.ts";
import { Ground } from "../lab/ground.ts";
import { plainSite } from "../lab/plain-site.ts";

describe("backups of a local stack", function () {
  this.timeout(300_000);
  let ground: Ground;
  before(async () => {
    ground = await Ground.of({ services: ["nginx", "worker", "beat", "backup"], sections: plainSite() });
  });
  after(() => Ground.removeAll());

  /** When worker and beat were started last. */
  const started = async (): Promise<string[]> =>
    Promise.all(
      ["worker", "beat"].map(async (service) => {
        const { State } = await inspect(ground.container(service));
        return State.Running ? State.StartedAt : "not running";
      }),
    );
  const media = (script: string): Promise<string> =>
    docker(["exec", ground.container("backend"), "sh", "-euc", `cd /srv/media; ${script}`]);
  const manifest = (id: string): Promise<Manifest> => ground.operator.json(["backup", "show", id]);

  it("D7: a restore brings rows and files back, and what was there before is in a backup of its own", async () => {
    await ground.sql("CREATE TABLE note (id int); INSERT INTO note VALUES (1), (2); ALTER TABLE note OWNER TO site");
    await media("mkdir -p notes; printf kept >notes/kept");
    await ground.operator.socle(["backup", "now"]);
    const { backups } = await ground.operator.json<{ backups: Backup[] }>(["backup", "list"]);
    const { id = "" } = backups.at(-1) ?? {};
    const made = await manifest(id);
    assert.deepEqual([made.stack, made.tables["public.note"]], [ground.stack.prefix, 2]);

    // The mistake: rows and their file are gone, and others have come.
    await ground.sql("DELETE FROM note; INSERT INTO note VALUES (3)");
    await media("rm notes/kept; printf later >notes/later");
    const refused = await ground.operator.socle(["restore", id], { check: false });
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /There is no terminal to ask on; nothing was changed\.\n\s+→ Add --yes/);

    const before = await started();
    const visitor = ground.visitor();
    assert.equal((await visitor.ask()).status, 200);
    const restoring = ground.operator.socle(["restore", id, "--yes", "--json"]);
    await until("the site is closed", 30, async () => (await visitor.ask()).status === 503, 0.05);
    const { stdout, stderr } = await restoring;
    assert.match(stderr, /restore: changing the databases/);
    const { restored, saved } = JSON.parse(stdout) as { restored: string; saved: string };
    assert.equal(restored, id);
    assert.equal((await visitor.ask()).status, 200, "the site is open again");
    assert.equal(await ground.sql("SELECT string_agg(id::text, ' ' ORDER BY id) FROM note"), "1 2");
    assert.equal(await media("cat notes/*"), "kept", "the file is as it was, what came after the backup is gone");
    const then = await manifest(saved);
    assert.deepEqual([then.family, then.tables["public.note"]], ["restore", 1], "the later row is in what was saved");
    const databases = "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT datistemplate";
    assert.equal(await ground.sql(databases), "postgres site");
    const now = await started();
    assert.ok(!now.includes("not running"), "worker and beat are back");
    assert.ok(
      now.every((time, index) => time !== before[index]),
      "and rested meanwhile",
    );
  });
});
