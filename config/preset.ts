/** Presets: the commands of an application, as data. */
import { readFileSync } from "node:fs";

import type { Settings } from "./schema.ts";

/** A command as a list of arguments; it is run without a shell. */
export type Command = string[];

export interface Commands {
  serve: Command;
  health: Command;
  worker: Command;
  workerHealth: Command;
  beat: Command;
  beatHealth: Command;
  /** One-off tasks of a release; left out where the application has no such thing. */
  migrate?: Command | undefined;
  /** What is pending, as JSON (docs/migrations.md). */
  plan?: Command | undefined;
  pending?: Command | undefined;
  /** Judges the application's own settings, by its exit status. */
  check?: Command | undefined;
  /** Up to a migration, and back to one: application and name are added. */
  step?: Command | undefined;
  reverse?: Command | undefined;
  collectstatic?: Command | undefined;
  /** `collectstatic`, then `plan`, in one start of the application; only where both are the preset's own. */
  prepare?: Command | undefined;
  /** Prints the names of the release's static files, a line each. */
  staticNames?: Command | undefined;
  superuser?: Command | undefined;
  /** What an operator is given: an interactive shell of the application; Celery's command line up to its subcommand. */
  shell?: Command | undefined;
  celery?: Command | undefined;
}

const hostFile = (path: string): string => readFileSync(new URL(`../host/${path}`, import.meta.url), "utf8");
const python = (file: string): string => hostFile(`django/${file}`);

/** Where beat keeps when each task ran last. */
export const beatFolder = "/var/lib/beat";
/** Shows by its age that the worker lives. */
const workerAlive = "/tmp/worker-alive";

type Parts = Pick<Settings, "application" | "worker" | "beat"> & { site: Pick<Settings["site"], "domains"> };

/** The given commands, filled up from the preset. */
export function commandsOf({ application, worker, beat, site }: Parts): Commands {
  const given = Object.fromEntries(
    Object.entries({
      ...application.commands,
      worker: worker.command,
      workerHealth: worker.health,
      beat: beat.command,
      beatHealth: beat.health,
    }).filter(([, command]) => command !== undefined),
  );
  const { prepare, ...preset } = presets[application.preset]({ application, worker, beat, site });
  const replaced = ["plan", "collectstatic"].some((name) => Object.hasOwn(given, name));
  return { ...preset, ...given, ...(prepare && !replaced ? { prepare } : {}) };
}

const none: Commands = { serve: [], health: [], worker: [], workerHealth: [], beat: [], beatHealth: [] };

const presets: Record<Parts["application"]["preset"], (parts: Parts) => Commands> = {
  django,
  mikroorm: () => ({ ...none, ...mikroOrm() }),
  custom: () => none,
};

/** A Node service with MikroORM and its command line: what deals with migrations. */
function mikroOrm(): Partial<Commands> {
  const adapter = (mode: string): Command => [
    "node",
    "--input-type=module",
    "-e",
    hostFile("mikro-orm/migrations.mjs"),
    mode,
  ];
  return {
    migrate: ["npx", "--no-install", "mikro-orm", "migration:up"],
    plan: adapter("plan"),
    pending: adapter("pending"),
    step: adapter("step"),
    reverse: adapter("reverse"),
  };
}

function django({ application, worker, site }: Parts): Commands {
  const manage = (...words: string[]): Command => ["python", "manage.py", ...words];
  const celery = (...words: string[]): Command => ["celery", "--app", worker.app, ...words];
  const plan = `${python("risks.py")}\n\n${python("migrations.py")}`;
  return {
    serve: servers[application.server](application),
    health: [
      "python",
      "-c",
      python("health.py"),
      `http://127.0.0.1:${String(application.port)}${application.healthPath}`,
      site.domains[0] ?? "",
    ],
    worker: [
      ...["python", "-c", python("worker.py"), workerAlive],
      ...["--app", worker.app, "worker", "--loglevel=INFO", "--hostname=worker@%h"],
      `--concurrency=${String(worker.concurrency)}`,
      ...(worker.queues ? [`--queues=${worker.queues.join(",")}`] : []),
      ...["--without-gossip", "--without-mingle"],
    ],
    workerHealth: ["/bin/sh", "-c", hostFile("django/worker-health.sh"), "worker-health", workerAlive],
    beat: celery("beat", "--loglevel=INFO", `--schedule=${beatFolder}/schedule`, "--pidfile="),
    beatHealth: ["python", "-c", python("beat_health.py"), beatFolder],
    migrate: manage("migrate", "--noinput"),
    plan: manage("shell", "-c", plan),
    pending: manage("migrate", "--check", "--noinput"),
    check: manage("check", "--deploy", "--fail-level", "WARNING"),
    step: manage("migrate", "--noinput"),
    reverse: manage("migrate", "--noinput"),
    collectstatic: manage("collectstatic", "--noinput", "--verbosity=1"),
    prepare: manage("shell", "-c", `${python("static_files.py")}\n\n${plan}`),
    staticNames: manage("shell", "--verbosity=0", "-c", python("static_names.py")),
    superuser: manage("shell", "-c", python("superuser.py")),
    shell: manage("shell"),
    celery: celery(),
  };
}

type Application = Settings["application"];

const servers: Record<Application["server"], (application: Application) => Command> = {
  gunicorn: ({ module = "core.wsgi:application", port, workers, timeout, stopGrace }) => [
    "gunicorn",
    module,
    `--bind=0.0.0.0:${String(port)}`,
    `--workers=${String(workers)}`,
    `--timeout=${String(timeout)}`,
    `--graceful-timeout=${String(stopGrace - 5)}`,
    // A worker proves that it lives by touching a file: in memory, so that a slow disk cannot get it killed.
    "--worker-tmp-dir=/dev/shm",
    "--forwarded-allow-ips=*",
    "--access-logfile=-",
  ],
  uvicorn: ({ module = "core.asgi:application", port, workers, stopGrace }) => [
    "uvicorn",
    module,
    "--host=0.0.0.0",
    `--port=${String(port)}`,
    `--workers=${String(workers)}`,
    `--timeout-graceful-shutdown=${String(stopGrace - 5)}`,
    "--proxy-headers",
    "--forwarded-allow-ips=*",
  ],
  daphne: ({ module = "core.asgi:application", port }) => [
    "daphne",
    "--bind=0.0.0.0",
    `--port=${String(port)}`,
    "--proxy-headers",
    module,
  ],
};
