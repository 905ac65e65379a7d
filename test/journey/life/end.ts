// A stack is taken down and set up again under its name.
import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { docker, lines } from "../../lab/command.ts";
import { firstProcess, leftovers } from "../../lab/engine.ts";
import { Operator } from "../../lab/operator.ts";
import { pdf } from "../../lab/pdf.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import type { Copy } from "../../lab/visitor.ts";

export function end(site: () => LocalSite): void {
  describe("the end of a local stack", function () {
    this.timeout(300_000);
    const socle = (...words: string[]) => new Operator(site().stack).socle(words);
    const destroy = () => site().stack.pulumi(["destroy", "--yes", "--skip-preview"]);
    let copy: Copy;
    let backups: string[];
    let previous: string | undefined;
    const ids = async (): Promise<string[]> => {
      const restic = ["/tools/restic", "--quiet", "--no-lock", "snapshots", "--json"];
      const found = JSON.parse(await docker(["exec", site().container("backup"), ...restic])) as { id: string }[];
      return found.map(({ id }) => id);
    };

    it("leaves the volumes with data, and nothing else", async () => {
      copy = await (await site().administrator()).upload(pdf(7));
      const { prefix } = site().stack;
      await socle("backup", "now");
      backups = await ids();
      assert.ok(backups.length > 0);
      previous = site().output.adminPassword;
      await destroy();
      const purposes = ["backup-secrets", "backups", "certificates", "media", "postgres", "redis"];
      assert.deepEqual(
        await leftovers(prefix),
        purposes.map((purpose) => `volume ${prefix}-${purpose}`),
      );
    });

    it("A3: set up again with gunicorn and its four workers, it finds its data", async () => {
      const {
        server: _server,
        workers: _workers,
        ...rest
      } = site().stack.settings["application"] as Record<string, unknown>;
      await site().up({ application: rest, data: { keepOnDestroy: false } });
      const visitor = site().visitor();
      assert.equal(await visitor.signIn("admin", previous ?? ""), 401, "with the one before");
      assert.equal(await visitor.signIn("admin", site().output.adminPassword ?? ""), 200, "with the new password");
      const uploaded = await visitor.copy(copy.id);
      assert.equal(uploaded.size, pdf(7).length);
      assert.ok((await visitor.ask({ path: uploaded.url })).bytes.equals(pdf(7)));
      // The key is another one; with the one before it, which is kept, the same repository goes on.
      const found = await ids();
      for (const id of backups) assert.ok(found.includes(id), id);
      assert.doesNotMatch(await docker(["exec", site().container("backup"), "ls", "/backups"]), /repository-until/);
      // What a restore logs in with.
      const login = 'PGPASSWORD=$(cat /run/socle/password) psql -XAtq -h 127.0.0.1 -U postgres -c "SELECT 1"';
      assert.equal(await docker(["exec", site().container("postgres"), "sh", "-c", login]), "1");
      const { stdout: key, stderr } = await socle("backup", "key");
      const [, until = ""] = /another key until (\S+);/.exec(stderr) ?? [];
      assert.notEqual((await socle("backup", "key", "--until", until)).stdout, key);

      const words = await firstProcess(site().container("backend"));
      assert.ok(
        words.some((word) => word.endsWith("/gunicorn")),
        words.join(" "),
      );
      for (const word of ["core.wsgi:application", "--bind=0.0.0.0:8000", "--workers=4"])
        assert.ok(words.includes(word), word);
      const listing = await docker(["top", site().container("backend"), "-o", "pid,args"]);
      // Not the container's own check, which comes and goes.
      const processes = lines(listing).filter((line) => line.includes("/gunicorn "));
      assert.equal(processes.length, 1 + 4, listing);
    });

    it("takes the data along when it is told to", async () => {
      await destroy();
      assert.deepEqual(await leftovers(site().stack.prefix), []);
    });
  });
}
