// A backup as the product makes them, in a container as the product runs them, without a site: what is done with it there.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { testRestic } from "../lab/restic.ts";
import { docker, runScript, scripts } from "./machine.ts";

export interface Ended {
  status: number | null;
  stdout: string;
  stderr: string;
}

const programs = join(scripts, "backup");

export class SourceMachine {
  readonly name = `socle-test-${randomBytes(4).toString("hex")}`;

  /** @param secrets volume with the repository's key, as the product mounts it; the repository is made by nobody then */
  constructor({ secrets }: { secrets?: string } = {}) {
    docker("volume", "create", `${this.name}-tools`);
    const key = secrets
      ? ["--volume", `${secrets}:/run/socle:ro`, "--env", "RESTIC_PASSWORD_FILE=/run/socle/repository-key"]
      : ["--env", "RESTIC_PASSWORD=test"];
    const restic = runScript("restic.sh", [testRestic, `${this.name}-tools`]);
    if (restic.status !== 0) throw new Error(restic.stderr.toString());
    const files = readdirSync(programs).map(
      (file) => `${file} 0444 ${readFileSync(join(programs, file)).toString("base64")}\n`,
    );
    const laid = runScript("volume-files.sh", [`${this.name}-tools`, "postgres:15", "10001:10001", "all"], {
      input: files.join(""),
    });
    if (laid.status !== 0) throw new Error(laid.stderr.toString());
    docker(
      ...[
        "run",
        "--detach",
        "--init",
        "--name",
        this.name,
        "--network",
        "none",
        "--user",
        "10001:10001",
        "--read-only",
      ],
      ...[
        "--cap-drop",
        "ALL",
        "--tmpfs",
        "/tmp:mode=1777",
        "--mount",
        `type=volume,source=${this.name}-tools,target=/tools`,
      ],
      ...[
        "--tmpfs",
        "/backups:mode=1777",
        "--tmpfs",
        "/offsite:mode=1777",
        "--tmpfs",
        "/media:uid=10001,gid=10001,mode=0755",
        "--env",
        "RESTIC_REPOSITORY=/backups/repository",
      ],
      ...["--env", `STACK=${this.name}`, ...key, "--env", "RESTIC_CACHE_DIR=/backups/cache"],
      ...["--entrypoint", "sleep", "postgres:15", "600"],
    );
    if (!secrets) this.sh("/tools/restic --quiet init");
  }

  /** A command in it; its words go to the shell as they are. */
  run(command: string, input = ""): Ended {
    const words = ["exec", "--interactive", this.name, "sh", "-euc", command];
    return spawnSync("docker", words, { input, encoding: "utf8", timeout: 60_000 });
  }

  sh(command: string, input = ""): string {
    const { status, stdout, stderr } = this.run(command, input);
    if (status !== 0) throw new Error(`${command}: ${stderr}`);
    return stdout.trim();
  }

  /** Backs up a database that the SQL makes, with these files as media; answers with the backup's id. */
  backUp(sql: string, media: readonly string[]): string {
    this.sh(
      `restic() { /tools/restic --quiet "$@"; }
       . /tools/scratch.sh
       scratch=/backups/former
       rm -rf "$scratch" /backups/work /media/*
       mkdir -p "$scratch/backup" /backups/work
       : >"$scratch/backup/globals.sql"
       scratch_serve
       scratch_psql --file - >/dev/null
       PGHOST=$scratch PGUSER=postgres pg_dump --format=custom --compress=0 --file=/backups/work/database.dump restored
       cp "$scratch/backup/globals.sql" /backups/work/
       echo '{"stack":"socle-test","dump":{"sha256":"","bytes":100000},"tables":{}}' >/backups/work/manifest.json
       scratch_stop "$scratch"`,
      sql,
    );
    for (const file of media)
      this.sh(`mkdir -p "$(dirname '/media/${file}')"; echo 'content of a file' >'/media/${file}'`);
    this.sh("/tools/restic --quiet backup --tag manual /backups/work /media; rm -rf /backups/work");
    return this.sh("sh /tools/newest.sh");
  }

  remove(): void {
    docker("rm", "--force", "--volumes", this.name);
    docker("volume", "rm", `${this.name}-tools`);
  }
}
