/** Backups beside PostgreSQL's own tools on the same database: time, size, what a repository grows by, and restores. */
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createZstdCompress } from "node:zlib";

import { Operator } from "../../test/lab/operator.ts";
import { LocalSite } from "../../test/lab/running-site.ts";
import { sampleSite } from "../../test/lab/stack.ts";
import { docker, run } from "../../test/lab/command.ts";
import type { Benchmark, Count } from "../bench.ts";

/** Some 600 MB. */
const rows = 1_800_000;
/** A repository that is given compressed dumps, for comparison; and the dumps themselves. */
const other = "/backups/bench";

export async function benchmark(): Promise<Benchmark> {
  const site = await runningSite();
  const folder = await mkdtemp(join(tmpdir(), "socle-bench-"));
  const close = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    await site.remove();
  };
  try {
    await site.up();
    const backup = site.container("backup");
    const inside = async (script: string): Promise<string> =>
      (await run("docker", ["exec", backup, "sh", "-euc", script], { timeoutSeconds: 900 })).stdout.trim();
    const sql = async (file: string, ...settings: string[]): Promise<void> => {
      const words = settings.flatMap((setting) => ["--set", setting]);
      await run(
        "docker",
        [
          "exec",
          "--interactive",
          site.container("postgres"),
          "psql",
          "--no-psqlrc",
          "--quiet",
          "--username=postgres",
        ].concat(["--dbname=site", "--set=ON_ERROR_STOP=1", "--set", `rows=${String(rows)}`, ...words]),
        { input: await readFile(new URL(file, import.meta.url), "utf8"), timeoutSeconds: 900 },
      );
    };
    const size = async (path: string): Promise<number> => Number(await inside(`du -sb ${path} | cut -f1`));
    await sql("fill.sql");
    await sql("settle.sql");
    await inside(`mkdir -p ${other} && RESTIC_REPOSITORY=${other}/repository /tools/restic --quiet init`);

    const zstd = join(folder, "dump.zst");
    // Who reads a table for the first time after it was filled writes hint bits on each of its pages, as autovacuum does
    // within minutes: that is no work of the one that happens to come next.
    const settled = async (work: Promise<void>): Promise<number> => {
      const start = performance.now();
      await work;
      const seconds = (performance.now() - start) / 1000;
      await sql("settle.sql");
      return seconds;
    };
    const backUp = (): Promise<string> => inside("sh /tools/run.sh manual");
    const compressed = (): Promise<string> => inside(`pg_dump --format=custom --file=${other}/custom.dump`);
    return {
      title: `backup of a database of ${String(Math.round((await databaseSize(site)) / 1e6))} MB: dumped, counted, stored encrypted and read back`,
      rounds: 3,
      variants: [
        { name: "socle backup now", run: backUp },
        { name: "pg_dump -Fc", run: compressed },
        { name: "pg_dump | zstd", run: () => dumpThroughZstd(backup, zstd) },
        { name: "socle restore", run: () => settled(restore(site)) },
        { name: "pg_restore -j2", run: () => bareRestore(site, inside) },
      ],
      ratios: [
        { name: "backup / pg_dump -Fc", of: "socle backup now", over: "pg_dump -Fc", aim: 1.5 },
        { name: "backup / pg_dump | zstd", of: "socle backup now", over: "pg_dump | zstd" },
        // A restore saves the state before first, by a backup.
        { name: "restore / pg_restore -j2", of: "socle restore", less: ["socle backup now"], over: "pg_restore -j2" },
      ],
      counts: async () => {
        const counts: Count[] = [];
        counts.push(
          { name: "MB of the dump by pg_dump -Fc", value: megabytes(await size(`${other}/custom.dump`)) },
          { name: "MB of the dump by pg_dump | zstd", value: megabytes((await stat(zstd)).size) },
          { name: "MB of the repository, all rounds", value: megabytes(await size("/backups/repository")) },
        );
        const stored = `RESTIC_REPOSITORY=${other}/repository /tools/restic --quiet backup ${other}/custom.dump`;
        await inside(stored);
        for (const how of ["clustered", "scattered"]) {
          // What autovacuum and the like left is in the repository before.
          await backUp();
          const before = [await size("/backups/repository"), await size(`${other}/repository`)] as const;
          await sql("change.sql", `how=${how}`);
          await backUp();
          await compressed();
          await inside(stored);
          const own = (await size("/backups/repository")) - before[0];
          const theirs = (await size(`${other}/repository`)) - before[1];
          counts.push(
            { name: `MB more after 1 % of the rows changed, ${how}`, value: megabytes(own) },
            { name: `MB more, ${how}, of compressed dumps`, value: megabytes(theirs) },
            {
              name: `times less growth, ${how}`,
              value: Math.round((theirs / own) * 10) / 10,
              ...(how === "clustered" ? { least: 20 } : {}),
            },
          );
        }
        return counts;
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const megabytes = (bytes: number): number => Math.round(bytes / 1e5) / 10;

/** With restic as sites have it, not as tests do. */
const runningSite = (): Promise<LocalSite> =>
  LocalSite.create({
    ...sampleSite("socle-example-site:dev"),
    backup: { image: undefined },
    data: { keepOnDestroy: false },
  });

async function databaseSize(site: LocalSite): Promise<number> {
  const query = "SELECT pg_database_size('site')";
  return Number(await docker(["exec", site.container("postgres"), "psql", "-U", "postgres", "-tAc", query]));
}

async function dumpThroughZstd(container: string, file: string): Promise<void> {
  const dump = spawn("docker", ["exec", container, "pg_dump"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => dump.on("exit", resolve));
  await pipeline(dump.stdout, createZstdCompress(), createWriteStream(file));
  if ((await ended) !== 0) throw new Error("pg_dump failed");
}

/** As `socle restore --yes` does it: saved, restored beside, compared, changed over. */
async function restore(site: LocalSite): Promise<void> {
  await new Operator(site.stack).socle(["restore", "--only", "database", "--yes"], { timeoutSeconds: 900 });
}

/** Into an empty database of the same server. */
async function bareRestore(site: LocalSite, inside: (script: string) => Promise<string>): Promise<void> {
  const { stdout: password } = await run("docker", ["exec", site.container("postgres"), "cat", "/run/socle/password"]);
  const login = `PGUSER=postgres PGPASSWORD='${password.trim()}' PGPASSFILE=/dev/null`;
  await inside(
    `export ${login}; dropdb --if-exists bench; createdb --template=template0 bench; pg_restore --dbname=bench --jobs=2 ${other}/custom.dump; dropdb bench`,
  );
}
