/** Settings of the application's processes: web, worker, beat, and its frontend. */
import { z } from "zod";

import { argumentList, cpus, folder, image, memory, path, positive, stopGrace } from "./terms.ts";

const variableName = /^[A-Z_][A-Z0-9_]*$/;

const queue = z
  .string()
  .regex(/^[\w.-]+$/)
  .meta({
    title: "a queue's name, such as celery",
    mend: "Use letters, digits, dots, dashes and underscores.",
  });

const environment = z
  .record(
    z.string().regex(variableName),
    z.union([z.string(), z.number(), z.boolean()]).meta({ title: "text, a number, true or false" }),
  )
  .default({})
  .meta({ mend: "Write NAME: value, the name in capitals, digits and underscores." });

export const application = z
  .strictObject({
    image: image.describe(
      "Image of the application, by digest. A tag alone is taken in the `dev` tier on the local engine only, where it is resolved to what the engine holds.",
    ),
    preset: z
      .enum(["django", "mikroorm", "custom"])
      .default("django")
      .describe(
        "`django` fills in the commands below. `mikroorm` fills in those of migrations, for a Node service with MikroORM and its command line in the image. `custom` runs any service that listens on the port: every command it needs is given.",
      ),
    server: z
      .enum(["gunicorn", "uvicorn", "daphne"])
      .default("gunicorn")
      .describe("What serves the Django application: gunicorn (WSGI), uvicorn or daphne (ASGI, WebSockets)."),
    module: z
      .string()
      .regex(/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/)
      .optional()
      .describe(
        "The application's entry, as module:variable. Default: core.wsgi:application for gunicorn, else core.asgi:application.",
      )
      .meta({
        title: "module:variable, such as core.wsgi:application",
        mend: "Write it as module:variable, such as core.wsgi:application.",
      }),
    workers: positive(128).default(4).describe("Worker processes (daphne: 1, it has none)."),
    port: positive(65535).default(8000).describe("Port that the application listens on inside its container."),
    timeout: positive(3600).default(60).describe("Seconds that one request may take."),
    stopGrace: stopGrace(75),
    user: z
      .string()
      .regex(/^[1-9]\d*:[1-9]\d*$/)
      .default("1000:1000")
      .describe("User and group of the application's processes, as numbers; never root.")
      .meta({
        title: "two numbers above 0, such as 1000:1000",
        mend: "Write the two numbers, such as 1000:1000 (`docker run --rm IMAGE id` prints them).",
      }),
    memory: memory(64, 768),
    cpus: cpus(1),
    healthPath: path
      .default("/health/")
      .describe("Path that answers 200 when the application, its database and Redis are well."),
    startTimeout: positive(3600).default(120).describe("Seconds that a new container may take to become healthy."),
    staticPath: folder
      .default("/app/staticfiles")
      .describe("STATIC_ROOT: where collectstatic writes, inside the container."),
    mediaPath: folder.default("/app/media").describe("MEDIA_ROOT: where uploads are kept, inside the container."),
    debug: z
      .boolean()
      .default(false)
      .describe("DEBUG of the application. Refused in production.")
      .meta({ mend: "Set it to false or leave it out." }),
    environment: environment.describe(
      "Further plain settings handed to the application. Secret ones are Pulumi secrets: `pulumi config set --secret secrets:NAME`.",
    ),
    commands: z
      .strictObject({
        serve: argumentList.optional().describe("Serves the site on `application.port`."),
        migrate: argumentList
          .optional()
          .describe("Applies all migrations that are pending, once a release, before the new containers start."),
        plan: argumentList
          .optional()
          .describe("Prints what is pending as JSON, see docs/migrations.md; nothing is changed by it."),
        pending: argumentList
          .optional()
          .describe("Whether anything is pending, by its exit status: 0 is nothing. For applications without `plan`."),
        step: argumentList
          .optional()
          .describe("Applies migrations up to one; application and name are added as two arguments."),
        reverse: argumentList
          .optional()
          .describe(
            "Goes back to a migration; application and name are added as two arguments, the name `zero` for before the first.",
          ),
        check: argumentList
          .optional()
          .describe(
            "Judges the application's own settings where it runs, by its exit status: 0 is nothing to mend (docs/audit.md).",
          ),
        collectstatic: argumentList
          .optional()
          .describe("Writes static files to `application.staticPath`, once a release."),
        staticNames: argumentList
          .optional()
          .describe(
            "Prints the names of the release's static files, a line each, relative to `application.staticPath`; files that no kept release names are removed (`release.keep`).",
          ),
        superuser: argumentList
          .optional()
          .describe(
            "Creates the superuser or sets its password, read from SUPERUSER_NAME, SUPERUSER_EMAIL and SUPERUSER_PASSWORD.",
          ),
        health: argumentList
          .optional()
          .describe(
            "Health check run inside the container; exit status 0 is healthy. While a release waits for it, `SOCLE_HEALTH_WAIT` is set: seconds that it may wait itself for what is starting.",
          ),
        shell: argumentList.optional().describe("Interactive shell of the application, for `socle shell`."),
        celery: argumentList.optional().describe("Celery's command line up to its subcommand, for `socle celery`."),
      })
      .prefault({})
      .describe("Commands as lists of arguments, run without a shell. The preset fills in those that are not given."),
  })
  .describe("The web application.")
  .meta({ mend: "Add the section `socle:application` with at least `image`, the application's image by digest." });

export const worker = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Run a Celery worker."),
    app: z
      .string()
      .regex(/^[A-Za-z_][\w.:]*$/)
      .default("core")
      .describe("Celery application, as given to `celery -A`.")
      .meta({
        title: "a Python module, such as core",
        mend: "Write the module that holds the Celery application, such as core or core.celery:app.",
      }),
    concurrency: positive(256).default(2).describe("Tasks that run at the same time."),
    queues: z
      .array(queue)
      .min(1)
      .optional()
      .describe("Queues that the worker reads. Default: those that the application's Celery settings name."),
    longestTask: positive(86_400)
      .default(60)
      .describe("Seconds that the longest task takes; the stop grace must be longer."),
    stopGrace: stopGrace(90),
    memory: memory(64, 768),
    cpus: cpus(1),
    command: argumentList.optional().describe("Command instead of Celery's own."),
    health: argumentList.optional().describe("Health check instead of the age of the worker's last heartbeat."),
  })
  .describe("The Celery worker. It shares the application's image, environment and media.");

export const beat = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Run Celery beat, always as a single instance."),
    stopGrace: stopGrace(20),
    memory: memory(64, 256),
    cpus: cpus(0.5),
    command: argumentList.optional().describe("Command instead of Celery's own."),
    health: argumentList.optional().describe("Health check instead of the age of beat's schedule file."),
  })
  .describe("Celery beat, the scheduler of periodic tasks.");

export const frontend = z
  .strictObject({
    image: image
      .optional()
      .describe("Image that holds the built single-page application. Default: the application's own image."),
    path: folder.default("/app/spa").describe("Folder in that image with index.html."),
  })
  .describe("The single-page application. Without this section every path goes to the application.");
