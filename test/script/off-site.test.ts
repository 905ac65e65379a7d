// Copies of the backups away from the server: made, told of, and tried out.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { describe, it } from "mocha";

import { Evidence } from "../../policies/evidence/evidence.ts";
import { docker, lines } from "../lab/command.ts";
import { offSiteGround } from "../lab/off-site-ground.ts";

const own =
  'cp manage.py "$BACKUP_FOLDER"; echo from the site; [ ! -e /srv/media/broken ] || { echo no room today >&2; exit 3; }';

describe("off-site copies of a local stack", function () {
  this.timeout(300_000);
  const place = offSiteGround(["sh", "-c", own]);

  it("are made by themselves after a backup, and the list says where each is", async () => {
    await place().socle(["backup", "now"]);
    const copied = await place().ground.soon("the copy", ["offsite"], async () =>
      (await place().listed()).find((backup) => backup.offsite),
    );
    assert.ok(copied.local);
    assert.match((await place().socle(["backup", "list"])).stdout, new RegExp(`^${copied.id} .* here, off-site$`, "m"));
    const stored = await readdir(join(place().s3.folder, place().s3.bucket, place().ground.stack.prefix));
    assert.ok(stored.includes("snapshots") && stored.includes("data"), stored.join(" "));
    await place().ground.soon(
      "the check",
      ["offsite"],
      async () => (await place().records("checks")).at(-1)?.["result"] === "passed",
    );
    await place().socle(["backup", "verify", "--offsite", "--all"]);
  });

  it("have the part of the site's own command, and fail where that does", async () => {
    await place().socle(["backup", "now"]);
    const { id } = (await place().listed()).at(-1)!;
    const restic = (...words: string[]): Promise<string> =>
      place().inside("backup", "/tools/restic", "--quiet", ...words);
    assert.equal((await restic("dump", id, "/own/out/stdout")).trim(), "from the site");
    assert.match(await restic("ls", id, "/own/out"), /^\/own\/out\/manage\.py$/m);
    await place().inside("export", "touch", "/srv/media/broken");
    try {
      const { code, stderr } = await place().socle(["backup", "now"], false);
      assert.equal(code, 1);
      assert.match(stderr, /it ended with exit status 3; its last words:\n +no room today\n/);
      assert.match(stderr, /FAILED at: the site's own backup command\./);
      await place().told(/❌ .*: the backup failed at: the site's own backup command/);
    } finally {
      await place().inside("export", "rm", "/srv/media/broken");
    }
  });

  it("are made by a container that only reads the backups here, while the one that dumps has no way out", async () => {
    await assert.rejects(place().inside("offsite", "touch", "/backups/repository/x"), /Read-only file system/);
    const networks = await docker([
      ...["inspect", "--format", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}"],
      ...[place().ground.container("backup"), place().ground.container("offsite")],
    ]);
    assert.deepEqual(
      lines(networks).map((line) => line.trim()),
      [`${place().ground.stack.prefix}-data`, `${place().ground.stack.prefix}-edge`],
    );
  });

  it("EVD-05: are restored for trial as if the server were lost", async () => {
    await place().socle(["drill", "restore", "--offsite"]);
    const evidence = await Evidence.read(join(place().ground.stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-05", stack: place().ground.stack.prefix });
    assert.equal(drill?.result, "passed");
    assert.ok(Number(drill.details["rows"]) >= 100);
    assert.doesNotMatch(await place().inside("offsite", "ls", "/offsite"), /fetched/, "nothing is left of it");
  });

  it("EVD-05: are restored for trial by themselves where that was long ago", async () => {
    const before = (await place().records("drills")).length;
    await place().inside("offsite", "touch", "--date=29 days ago", "/offsite/drilled");
    await place().socle(["backup", "now"]);
    const drill = await place().ground.soon(
      "the drill",
      ["offsite", "backup"],
      async () =>
        (
          await place()
            .records("drills")
            .catch(() => [])
        )[before],
    );
    assert.equal(drill["result"], "passed");
    const gone = async (): Promise<boolean> => !(await place().inside("offsite", "ls", "/offsite")).includes("brought");
    await place().ground.soon("nothing is left of it", ["backup"], gone);
    assert.equal(await place().inside("offsite", "find", "/offsite/drilled", "-mmin", "-5"), "/offsite/drilled");
    assert.match((await place().socle(["backup", "evidence"])).stdout, /^EVD-05 {2}.* {2}passed$/m);
  });
});
