// What becomes of a site's data in the eyes of the person who uses it: lost by mistake, and brought back.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { docker } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { psql } from "../../lab/engine.ts";
import { Operator } from "../../lab/operator.ts";
import { pdf } from "../../lab/pdf.ts";
import type { LocalSite } from "../../lab/running-site.ts";

export function restored(site: () => LocalSite): void {
  describe("data of a site", function () {
    this.timeout(300_000);
    const sql = (query: string): Promise<string> =>
      docker(["exec", site().container("postgres"), ...psql(), "-c", query]);
    const well = async (): Promise<boolean> => (await site().visitor().ask({ path: "/health/" })).status === 200;

    it("is there again after a restore: rows, files and the session, and work goes on", async () => {
      const operator = new Operator(site().stack);
      const visitor = await site().administrator();
      const document = pdf(3);
      const kept = await visitor.upload(document);
      await until("the copy is processed", 60, async () => (await visitor.copy(kept.id)).state === "processed");
      await operator.socle(["backup", "now"]);

      await docker(["exec", site().container("backend"), "sh", "-c", "rm -rf /srv/media/copies /srv/media/*/"]);
      await sql("DELETE FROM copies_copy");
      assert.equal((await visitor.ask({ path: kept.url })).status, 404);
      const later = await visitor.upload(pdf(1));

      await operator.socle(["restore", "--yes"]);
      await until("the site is well", 60, well);
      assert.equal((await visitor.copy(kept.id)).pages, 3, "the row is back, and its owner still signed in");
      assert.ok((await visitor.ask({ path: kept.url })).bytes.equals(document), "the file is as it was");
      assert.equal((await visitor.ask({ path: later.url })).status, 404, "what came after the backup is gone");
      const work = await visitor.upload(pdf(2));
      await until("worker and beat are back", 60, async () => (await visitor.copy(work.id)).state === "processed");
    });

    it("leaves nothing to change after a restore", () => site().stack.preview(["--expect-no-changes"]));
  });
}
