/** The operator's command: its sub-commands, and how it ends. */
import { Command } from "commander";

import { runCommand } from "./command-line.ts";
import { addBackup } from "./commands/backup.ts";
import { addCelery } from "./commands/celery.ts";
import { addDrill } from "./commands/drill.ts";
import { addExec } from "./commands/exec.ts";
import { addImport } from "./commands/import.ts";
import { addLock } from "./commands/lock.ts";
import { addLogs } from "./commands/logs.ts";
import { addMigrations } from "./commands/migrations.ts";
import { addMaintenance } from "./commands/maintenance.ts";
import { addNginx } from "./commands/nginx.ts";
import { addNotify } from "./commands/notify.ts";
import { addPromote } from "./commands/promote.ts";
import { addPsql } from "./commands/psql.ts";
import { addRedis } from "./commands/redis.ts";
import { addRefresh } from "./commands/refresh.ts";
import { addRelease } from "./commands/release.ts";
import { addReleases } from "./commands/releases.ts";
import { addRestore } from "./commands/restore.ts";
import { addRollback } from "./commands/rollback.ts";
import { addShell } from "./commands/shell.ts";
import { addStatus } from "./commands/status.ts";
import { addUnlock } from "./commands/unlock.ts";
import { addUpgrade } from "./commands/upgrade.ts";

const program = new Command("socle")
  .description("Runs a site that Socle brought up: what an operator does between two releases.")
  .exitOverride()
  .showHelpAfterError("(socle --help lists the commands)");
// Each command is a file of commands/, in the order of the help.
addStatus(program);
addLogs(program);
addRelease(program);
addPromote(program);
addReleases(program);
addRollback(program);
addShell(program);
addExec(program);
addPsql(program);
addRedis(program);
addCelery(program);
addNginx(program);
addBackup(program);
addDrill(program);
addRestore(program);
addUpgrade(program);
addRefresh(program);
addImport(program);
addMigrations(program);
addMaintenance(program);
addLock(program);
addUnlock(program);
addNotify(program);

await runCommand(program);
