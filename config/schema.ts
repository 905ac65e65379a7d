/**
 * Every setting of a stack: its name, meaning, unit, default and limits, said once.
 *
 * The editor's JSON schema, docs/configuration.md and every error message come from here.
 * `mend` is what the error message tells the reader to do.
 */
import { z } from "zod";

const domainName = /^(?=.{1,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const identifier = /^[a-z_][a-z0-9_]{0,55}$/;
const imageReference = /^[a-z0-9][a-z0-9._/:-]*[a-z0-9](@sha256:[0-9a-f]{64})?$/;
const variableName = /^[A-Z_][A-Z0-9_]*$/;

const positive = (most: number) => z.int().min(1).max(most);
const argumentList = z.array(z.string().min(1)).min(1);

const domain = z.string().regex(domainName).meta({
  title: "a domain name in lower case, such as www.example.org",
  mend: "Write the bare domain name in lower case: no scheme, no port, no path, no wildcard.",
});
const origin = z
  .string()
  .regex(/^(\*|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?)$/)
  .meta({
    title: "an origin, such as https://www.example.org",
    mend: "Write scheme and host, and the port if it is not the default one; no path and no slash at the end.",
  });
const image = z.string().regex(imageReference).meta({
  title: "an image reference, such as registry.example.org/site@sha256:…",
  mend: "Name the image as registry/name@sha256:digest (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
});
const memory = (least: number, value: number) =>
  z.int().min(least).default(value).describe("Memory limit of the container, in MiB; it gets no swap beyond it.");
const cpus = (value: number) =>
  z.number().min(0.05).max(128).default(value).describe("Processors that the container may use, as a number of cores.");
const stopGrace = (value: number) =>
  positive(3600)
    .default(value)
    .describe("Seconds that the process may take to finish its work after SIGTERM before it is killed.");

export const tier = z
  .enum(["dev", "staging", "production"])
  .describe(
    "What the stack is for. `production` refuses what is unsafe, `staging` is production in small, `dev` runs on your own machine.",
  )
  .meta({ mend: "Set it: `pulumi config set tier staging`." });

const localHost = z.strictObject({
  type: z.literal("local").describe("The Docker engine of this machine."),
  socket: z
    .string()
    .regex(/^unix:\/\/\//)
    .default("unix:///var/run/docker.sock")
    .describe("Address of the Docker engine.")
    .meta({ mend: "Write it as unix:///path/to/docker.sock." }),
});

const sshHost = z.strictObject({
  type: z.literal("ssh").describe("A server reached over SSH."),
  address: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/)
    .describe("Name or IP address of the server.")
    .meta({ mend: "Write the server's name or IP address alone; user and port are settings of their own." }),
  port: positive(65535).default(22).describe("Port of its SSH server."),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/)
    .default("root")
    .describe("User to log in as: root, or one who may run `sudo` without a password."),
  hostKey: z
    .string()
    .regex(/^(ssh-ed25519|ecdsa-sha2-nistp256|ssh-rsa) [A-Za-z0-9+/]+=*$/)
    .describe(
      "The server's public host key, type and value. It is pinned: a server that shows another key is refused. `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server prints it.",
    )
    .meta({
      mend: "Copy the first two words that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the server's own console.",
    }),
  identityFile: z
    .string()
    .min(1)
    .optional()
    .describe("Private key file to log in with. By default what `ssh` itself uses: its agent, its own key files."),
  prepare: z
    .boolean()
    .default(true)
    .describe("Install the Docker engine where it is missing and configure it. Off: the server is only checked."),
  minimum: z
    .strictObject({
      cpus: positive(1024).default(2).describe("Least number of processors."),
      memory: positive(1_048_576).default(3500).describe("Least memory, in MiB (a server sold with 4 GB shows less)."),
      disk: positive(1_048_576).default(45).describe("Least size of the file system that holds Docker's data, in GiB."),
    })
    .prefault({})
    .describe("What the server must have; a smaller one is refused before anything is changed on it."),
});

export const host = z
  .discriminatedUnion("type", [localHost, sshHost])
  .describe("Where the stack runs.")
  .meta({ mend: "Set host.type to `local`, or to `ssh` with host.address and host.hostKey." });

const tls = z.strictObject({
  mode: z
    .enum(["acme", "selfSigned", "off"])
    .default("acme")
    .describe(
      "`acme`: a certificate from an ACME server such as Let's Encrypt, renewed by itself; until it is there a self-signed one serves. `selfSigned`: only that one, for local work. `off`: refused, the site is always served over HTTPS.",
    ),
  directory: z
    .url({ protocol: /^https$/ })
    .default("https://acme-v02.api.letsencrypt.org/directory")
    .describe("Directory URL of the ACME server (RFC 8555).")
    .meta({ mend: "Write the https URL of the ACME server's directory." }),
  email: z.email().optional().describe("Address that the ACME server may write to about the certificate."),
  caCertificate: z
    .string()
    .regex(/^-----BEGIN CERTIFICATE-----\n/)
    .optional()
    .describe("Certificate (PEM) of the authority that signs the ACME server's own address, when that is a private one.")
    .meta({ mend: "Paste the certificate as a YAML block, from its BEGIN line to its END line." }),
});

export const site = z
  .strictObject({
    domains: z
      .array(domain)
      .min(1)
      .describe("Domains of the site, the main one first. All are in the certificate."),
    ports: z
      .strictObject({
        http: positive(65535).default(80).describe("Published port for plain HTTP (redirects, ACME challenges)."),
        https: positive(65535).default(443).describe("Published port for HTTPS."),
      })
      .prefault({})
      .describe("Published ports. Others than 80 and 443 are for the `dev` tier only."),
    tls: tls.prefault({}).describe("The certificate."),
    allowedHosts: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe("ALLOWED_HOSTS of the application. Default: the domains.")
      .meta({ mend: "List the names that the application answers to, or leave the setting out: the domains are used." }),
    csrfOrigins: z
      .array(origin)
      .min(1)
      .optional()
      .describe("CSRF_TRUSTED_ORIGINS of the application. Default: https:// and each domain."),
    corsOrigins: z
      .array(origin)
      .optional()
      .describe("CORS_ALLOWED_ORIGINS of the application. Default: https:// and each domain."),
    contentSecurityPolicy: z
      .string()
      .min(1)
      .default(
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
      )
      .refine((value) => value.includes("frame-ancestors") && !/["\n;]\s*$/.test(value) && !value.includes('"'), {
        error: "a policy in one line with frame-ancestors in it",
      })
      .describe("Content-Security-Policy header of every answer (W3C CSP Level 3).")
      .meta({ mend: "Write the policy in one line, with a frame-ancestors directive, without double quotes and without a semicolon at its end." }),
    maxBodySize: positive(10_240).default(50).describe("Largest request body, in MiB; above it Nginx answers 413."),
    rateLimit: z
      .strictObject({
        enabled: z.boolean().default(true).describe("Limit requests to the sign-in paths, and hand RATELIMIT_ENABLE to the application."),
        perMinute: positive(6000).default(20).describe("Requests a minute that one address may send to the sign-in paths; above it Nginx answers 429."),
        burst: positive(1000).default(10).describe("Requests above the rate that are let through at once."),
        paths: z
          .array(z.string().regex(/^\/[A-Za-z0-9._~/-]*$/))
          .default(["/admin/login/", "/api/session/", "/api/login/", "/api/auth/"])
          .describe("Sign-in paths, matched by their beginning.")
          .meta({ mend: "Write paths that start with a slash." }),
      })
      .prefault({})
      .describe("Protection of the sign-in pages against guessing."),
    apiPath: z
      .array(z.string().regex(/^\/[A-Za-z0-9._~/-]+\/$/))
      .default(["/api/"])
      .describe("Paths that go to the application besides /admin/, /ws/ and the health path; where there is no frontend everything goes to it.")
      .meta({ mend: "Write paths that start and end with a slash." }),
  })
  .describe("What visitors see: domains, certificate, headers, limits.");

const environment = z
  .record(z.string().regex(variableName), z.union([z.string(), z.number(), z.boolean()]))
  .default({})
  .meta({ mend: "Write NAME: value, the name in capitals, digits and underscores." });

export const application = z
  .strictObject({
    image: image.describe(
      "Image of the application, by digest. A tag alone is taken in the `dev` tier on the local engine only, where it is resolved to what the engine holds.",
    ),
    preset: z
      .enum(["django", "custom"])
      .default("django")
      .describe("`django` fills in the commands below. `custom` runs any service that listens on the port: every command it needs is given."),
    server: z
      .enum(["gunicorn", "uvicorn", "daphne"])
      .default("gunicorn")
      .describe("What serves the Django application: gunicorn (WSGI), uvicorn or daphne (ASGI, WebSockets)."),
    module: z
      .string()
      .regex(/^[A-Za-z_][\w.]*:[A-Za-z_]\w*$/)
      .optional()
      .describe("The application's entry, as module:variable. Default: core.wsgi:application for gunicorn, else core.asgi:application.")
      .meta({ mend: "Write it as module:variable, such as core.wsgi:application." }),
    workers: positive(128).default(4).describe("Worker processes (daphne: 1, it has none)."),
    port: positive(65535).default(8000).describe("Port that the application listens on inside its container."),
    timeout: positive(3600).default(60).describe("Seconds that one request may take."),
    stopGrace: stopGrace(75),
    user: z
      .string()
      .regex(/^[1-9]\d*:[1-9]\d*$/)
      .default("1000:1000")
      .describe("User and group of the application's processes, as numbers; never root.")
      .meta({ mend: "Write the two numbers, such as 1000:1000 (`docker run --rm IMAGE id` prints them)." }),
    memory: memory(64, 768),
    cpus: cpus(1),
    healthPath: z
      .string()
      .regex(/^\/[A-Za-z0-9._~/-]*$/)
      .default("/health/")
      .describe("Path that answers 200 when the application, its database and Redis are well.")
      .meta({ mend: "Write a path that starts with a slash." }),
    startTimeout: positive(3600).default(120).describe("Seconds that a new container may take to become healthy."),
    staticPath: z.string().startsWith("/").default("/app/staticfiles").describe("STATIC_ROOT: where collectstatic writes, inside the container."),
    mediaPath: z.string().startsWith("/").default("/app/media").describe("MEDIA_ROOT: where uploads are kept, inside the container."),
    debug: z.boolean().default(false).describe("DEBUG of the application. Refused in production.").meta({ mend: "Set it to false or leave it out." }),
    environment: environment.describe(
      "Further plain settings handed to the application. Secret ones are Pulumi secrets: `pulumi config set --secret secrets:NAME`.",
    ),
    commands: z
      .strictObject({
        serve: argumentList.optional().describe("Serves the site on `application.port`."),
        migrate: argumentList.optional().describe("Applies migrations, once a release, before the new containers start."),
        collectstatic: argumentList.optional().describe("Writes static files to `application.staticPath`, once a release."),
        superuser: argumentList
          .optional()
          .describe("Creates the superuser or sets its password, read from SUPERUSER_NAME, SUPERUSER_EMAIL and SUPERUSER_PASSWORD."),
        health: argumentList.optional().describe("Health check run inside the container; exit status 0 is healthy."),
      })
      .prefault({})
      .describe("Commands as lists of arguments, run without a shell. The preset fills in those that are not given."),
  })
  .describe("The web application.");

export const worker = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Run a Celery worker."),
    app: z
      .string()
      .regex(/^[A-Za-z_][\w.:]*$/)
      .default("core")
      .describe("Celery application, as given to `celery -A`."),
    concurrency: positive(256).default(2).describe("Tasks that run at the same time."),
    queues: z.array(z.string().regex(/^[\w.-]+$/)).min(1).default(["celery"]).describe("Queues that the worker reads."),
    longestTask: positive(86_400).default(60).describe("Seconds that the longest task takes; the stop grace must be longer."),
    stopGrace: stopGrace(90),
    memory: memory(64, 768),
    cpus: cpus(1),
    command: argumentList.optional().describe("Command instead of Celery's own."),
    health: argumentList.optional().describe("Health check instead of `celery inspect ping`."),
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
    image: image.optional().describe("Image that holds the built single-page application. Default: the application's own image."),
    path: z.string().startsWith("/").default("/app/spa").describe("Folder in that image with index.html."),
  })
  .describe("The single-page application. Without this section every path goes to the application.");

export const postgres = z
  .strictObject({
    version: z
      .union([z.literal(15), z.literal(16)])
      .default(15)
      .describe("Major version of PostgreSQL.")
      .meta({ mend: "Choose 15 or 16." }),
    image: image.optional().describe("Image instead of the official one of that version."),
    memory: memory(128, 1024),
    cpus: cpus(1),
    database: z.string().regex(identifier).default("site").describe("Name of the database.").meta({ mend: "Use lower-case letters, digits and underscores." }),
    user: z
      .string()
      .regex(identifier)
      .refine((name) => name !== "postgres", { error: "a role of its own, not postgres" })
      .default("site")
      .describe("Role that owns the database. The application logs in as one of its two members NAME_a and NAME_b, which take turns when the password is rotated.")
      .meta({ mend: "Use lower-case letters, digits and underscores, and not `postgres`." }),
    maxConnections: z.int().min(10).max(2000).default(100).describe("Most connections at a time (max_connections)."),
    stopGrace: stopGrace(60),
  })
  .describe("The database.");

export const redis = z
  .strictObject({
    image: image.default("redis:7").describe("Image of Redis 7."),
    memory: memory(32, 256),
    cpus: cpus(0.5),
    stopGrace: stopGrace(30),
  })
  .describe("Broker of Celery, channel layer and cache.");

export const nginx = z
  .strictObject({
    image: image.default("nginx:1.26").describe("Image of Nginx."),
    memory: memory(32, 128),
    cpus: cpus(1),
    drain: positive(3600)
      .default(30)
      .describe("Seconds that connections of the former configuration may go on after a reload (worker_shutdown_timeout)."),
  })
  .describe("The web server in front.");

export const certbot = z
  .strictObject({
    image: image.default("certbot/certbot:v4.0.0").describe("Image of Certbot."),
    memory: memory(64, 192),
  })
  .describe("The ACME client.");

export const superuser = z
  .strictObject({
    username: z.string().regex(/^[\w.@+-]{1,150}$/).default("admin").describe("User name of the site's first administrator."),
    email: z.email().default("admin@example.org").describe("E-mail address of that administrator."),
  })
  .describe("The site's first administrator; the password is generated.");

export const data = z
  .strictObject({
    keepOnDestroy: z
      .boolean()
      .default(true)
      .describe("Leave the volumes of PostgreSQL, Redis, media and certificates in place when the stack is destroyed."),
  })
  .describe("What happens to data.");

const generation = positive(1_000_000).default(1);
export const rotation = z
  .strictObject({
    secretKey: generation.describe("Generation of SECRET_KEY. The former key goes to SECRET_KEY_FALLBACKS, so that sessions live on."),
    databasePassword: generation.describe("Generation of the database password."),
    redisPassword: generation.describe("Generation of the Redis password."),
    adminPassword: generation.describe("Generation of the administrator's password."),
  })
  .describe("Rotation of generated secrets: raise one number by one and run `pulumi up`.");

/** The sections of a stack's configuration, in the order of the reference page. */
export const sections = {
  tier,
  host,
  site,
  application,
  worker: worker.prefault({}),
  beat: beat.prefault({}),
  frontend: frontend.optional(),
  postgres: postgres.prefault({}),
  redis: redis.prefault({}),
  nginx: nginx.prefault({}),
  certbot: certbot.prefault({}),
  superuser: superuser.optional(),
  rotation: rotation.prefault({}),
  data: data.prefault({}),
};

export const stackSettings = z.strictObject(sections);

/** A stack's settings, complete with defaults. */
export type Settings = z.infer<typeof stackSettings>;
export type SectionName = keyof typeof sections;
