/** The one-off tasks of a release, run from its own image with its own environment before any of its containers starts. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { shellWords } from "../config/shell-word.ts";
import type { Application } from "./application.ts";
import type { DockerHost } from "./docker-host.ts";
import type { Networks } from "./network.ts";
import { task } from "./remote-task.ts";

export interface MigrationArgs {
  settings: Model["migrations"];
  /** Pending migrations must be approved. */
  approval: boolean;
  commands: Model["commands"];
  database: string;
  /** Container that makes the backup before the migrations, if there is one. */
  backup: pulumi.Output<string> | undefined;
  application: Application;
  superuser: Model["superuser"];
  adminPassword: pulumi.Output<string>;
  /** Generation of the administrator's password: the task runs once for each. */
  adminGeneration: number;
  host: DockerHost;
  networks: Networks;
  /** What must be there first: database, Redis, environment. */
  after: pulumi.Resource[];
}

/** Reads the password from standard input, where no process list shows it. */
const withPassword = [
  "/bin/sh",
  "-c",
  'IFS= read -r SUPERUSER_PASSWORD; export SUPERUSER_PASSWORD; exec "$@" </dev/null',
  "superuser",
];

export class Migration extends pulumi.ComponentResource {
  /** Done when the database has the release's schema and its static files are in place. */
  readonly done: pulumi.Resource[];

  constructor(name: string, args: MigrationArgs, options?: pulumi.ComponentResourceOptions) {
    const { commands, application, superuser, host } = args;
    super("socle:index:Migration", name, {}, { ...options, provider: host.provider });
    const parent = { parent: this, dependsOn: args.after };
    const migrated = commands.migrate ? [migrate(args, parent)] : [];
    // Where one start of the application does both, it is the first that migrate.sh asks for.
    const collected =
      commands.collectstatic && !commands.prepare
        ? [application.oneOff("collectstatic", "collectstatic", commands.collectstatic, {}, parent)]
        : [];
    if (superuser && commands.superuser) {
      application.oneOff(
        `superuser-${superuser.username}-${String(args.adminGeneration)}`,
        "superuser",
        [...withPassword, ...commands.superuser],
        {
          variables: { SUPERUSER_NAME: superuser.username, SUPERUSER_EMAIL: superuser.email },
          input: pulumi.interpolate`${args.adminPassword}\n`,
          once: true,
        },
        { ...parent, dependsOn: [...args.after, ...migrated] },
      );
    }
    this.done = [...migrated, ...collected];
    this.registerOutputs({});
  }
}

const commandNames = ["prepare", "plan", "pending", "migrate", "step", "reverse"] as const;

/** One task, so that nothing stands between approval, backup and migrations (host/migrate.sh). */
function migrate(args: MigrationArgs, options: pulumi.CustomResourceOptions): pulumi.Resource {
  const { settings, approval, commands, database, backup, application, host, networks } = args;
  return task(
    "migrate",
    host.connection,
    {
      script: "migrate.sh",
      arguments: {
        stack: host.stack,
        called: pulumi.getStack(),
        database,
        approval: approval ? "required" : undefined,
        approved: approval ? settings.approved.join(" ") : undefined,
        lock: settings.lockTimeout,
        statement: settings.statementTimeout,
        retries: settings.retries,
        failure: settings.onFailure,
        backup,
        join: networks.edge,
        container: pulumi.all(application.createArguments("migrate")).apply(shellWords),
        ...Object.fromEntries(commandNames.map((name) => [name, shellWords(commands[name] ?? [])])),
      },
      timeout: settings.timeout,
    },
    options,
  );
}
