// The audit of a running local stack: defects are planted, found, mended, and no longer found.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { docker, run } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { audit, verdicts } from "../audit.ts";
import { within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";

type Verdicts = Awaited<ReturnType<typeof verdicts>>;

export function auditing(site: () => LocalSite): void {
  describe("Audit of a local stack", function () {
    this.timeout(300_000);
    this.slow(60_000);
    let planted: Verdicts;
    let mended: Verdicts;

    const sql = (text: string, check = true) => {
      const { database = "site" } = (site().stack.settings["postgres"] ?? {}) as { database?: string };
      const words = ["psql", "--quiet", "--username", "postgres", "--dbname", database, "--set", "ON_ERROR_STOP=1"];
      return within(site().container("postgres"), words, { input: text, check });
    };
    const configuration = "/etc/socle/current/nginx.conf";
    const written = async (): Promise<string> =>
      (await within(site().container("nginx"), ["cat", configuration])).stdout;
    /** As somebody with a shell on the host would. */
    const serve = async (text: string): Promise<void> => {
      const volume = `--volume=${site().stack.prefix}-nginx-configuration:/etc/socle`;
      const words = ["run", "--rm", "--interactive", "--user=101:101", volume, "--entrypoint=sh", "nginx:1.26"];
      await run("docker", [...words, "-euc", `cat >${configuration}`], { input: text });
      await docker(["exec", site().container("nginx"), "nginx", "-s", "reload", "-c", configuration]);
    };
    const framed = async (): Promise<boolean> =>
      (await site().visitor().ask({ path: "/static/none.css" })).headers["x-frame-options"] === "DENY";

    before("defects are planted, looked for, mended, and looked for again", async () => {
      const original = await written();
      const weaker = original.replace("add_header X-Frame-Options DENY always;", "add_header X-Frame-Options DENY;");
      assert.notEqual(weaker, original);
      try {
        await serve(weaker);
        await until("errors lose the header", 30, async () => !(await framed()));
        // A build that fails leaves its index behind, invalid.
        await sql("CREATE TABLE audit_twice AS SELECT 1 AS number FROM generate_series(1, 2)");
        assert.notEqual(
          (await sql("CREATE UNIQUE INDEX CONCURRENTLY audit_once ON audit_twice (number)", false)).code,
          0,
        );
        await sql("UPDATE django_migrations SET name = name || '_' WHERE id = (SELECT max(id) FROM django_migrations)");
        planted = await verdicts(site().stack);
      } finally {
        await serve(original);
        await sql("DROP TABLE IF EXISTS audit_twice");
        await sql("UPDATE django_migrations SET name = rtrim(name, '_')");
        await until("errors have the header", 30, framed);
      }
      mended = await verdicts(site().stack);
    });

    it("finds an error page that lost a header, an invalid index and a pending migration, each with the way to mend it", () => {
      const { LIV03, LIV06 } = { LIV03: planted.of("LIV-03"), LIV06: planted.of("LIV-06") };
      assert.deepEqual([LIV03.outcome, LIV06.outcome], ["violated", "violated"]);
      assert.match(LIV03.message, /a file that is not there \(404\): has no X-Frame-Options\n/);
      assert.match(LIV03.message, /a request that fails \(501\): has no X-Frame-Options\n +→ Run `pulumi up`/);
      assert.doesNotMatch(LIV03.message, /health page/);
      assert.match(LIV06.message, / {2}migrations: are pending: /);
      assert.match(LIV06.message, / {2}audit_once: is an invalid index\n/);
      assert.match(LIV06.message, /REINDEX INDEX CONCURRENTLY/);
    });

    it("is content when they are mended, and says what it saw", () => {
      for (const id of ["LIV-01", "LIV-02", "LIV-03", "LIV-06", "LIV-07"])
        assert.equal(mended.of(id).outcome, "met", mended.of(id).message);
      assert.match(mended.of("LIV-01").message, /TLS 1\.2 and 1\.3 alone.*not a public one/);
      assert.match(mended.of("LIV-02").message, /served for localhost$/);
      assert.match(mended.of("LIV-03").message, /every header on 200, 404, 501$/);
    });

    it("has run the application's own check where it serves", () => {
      const { outcome, message } = mended.of("LIV-05");
      assert.equal(outcome, "met", message);
      assert.match(message, /System check identified no issues/);
    });

    it("says of what concerns servers that this is none", () => {
      for (const id of ["HST-01", "HST-04", "HST-05", "HST-07", "HST-14", "HST-16"]) {
        const { outcome, message } = mended.of(id);
        assert.deepEqual(
          [outcome, message],
          ["not applicable", "the stack runs on this machine's own engine, not on a server"],
        );
      }
    });

    it("fails by what the stack made mandatory, and not by what dev only tells", () => {
      assert.deepEqual([planted.of("LIV-06").level, planted.of("LIV-03").level], ["mandatory", "off"]);
      assert.deepEqual([planted.code, mended.code], [1, 0]);
    });

    it("exits with 2 where there is nothing to judge", async () => {
      const { code, stderr } = await audit(site().stack, "--format", "pdf");
      assert.equal(code, 2);
      assert.match(stderr, /^usage: npm run audit -- --stack NAME \[--format table\|markdown\|json\|sarif\]/);
    });

    it("found what was planted, of which nothing is left", async () => {
      const { stdout } = await sql("SELECT count(*) FROM pg_tables WHERE tablename = 'audit_twice'");
      assert.match(stdout, /\b0\b/);
    });
  });
}
