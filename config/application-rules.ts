/** Rules of what runs: application, worker, beat, database and their environment. */
import { isPinned } from "./image-reference.ts";
import { isSecret, namesSecret } from "./clear-secret.ts";
import { managedVariables } from "./managed-variable.ts";
import { type Rule, when } from "./rule.ts";

/** Seconds between the end of the application's own grace and the kill (see preset.ts). */
const margin = 5;

export const applicationRules: readonly Rule[] = [
  {
    code: "config.debug-in-production",
    holds: "`production` runs without `application.debug`.",
    broken: ({ tier, application }) =>
      when(tier === "production" && application?.debug, {
        path: "application.debug",
        found: "found true in production: DEBUG shows settings and source to visitors (Django security.W018)",
        mend: "Set it to false or remove it.",
      }),
  },
  {
    code: "config.image-without-digest",
    holds: "`application.image` is named by digest, except in `dev` on the local engine.",
    broken: ({ tier, host, application }) =>
      when(application && tier && host && !isPinned(application.image) && !(tier === "dev" && host.type === "local"), {
        path: "application.image",
        found: `found "${application?.image ?? ""}", a tag: what it names can change between preview and up`,
        mend: "Name the image by digest, as registry/name@sha256:… (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
      }),
  },
  {
    code: "config.server-too-small",
    holds: "A `production` server that Socle prepares has `host.minimum.memory` of at least 1024 MiB.",
    broken: ({ tier, host }) =>
      when(tier === "production" && host?.type === "ssh" && host.prepare && host.minimum.memory < 1024, {
        path: "host.minimum.memory",
        found: `found ${String(host?.type === "ssh" ? host.minimum.memory : "")} MiB: production does not fit`,
        mend: "Set it to at least 1024.",
      }),
  },
  {
    code: "config.command-missing",
    holds:
      "With the presets `custom` and `mikroorm`, every command that is needed is given: `serve` and `health`; `superuser` where that section is; `command` and `health` of worker and beat where they run.",
    broken: ({ application, worker, beat, superuser }) => {
      if (!application || application.preset === "django") return [];
      const { commands, preset } = application;
      const needed: [string, readonly string[] | undefined, string][] = [
        ["application.commands.serve", commands.serve, ""],
        ["application.commands.health", commands.health, ""],
        ...(superuser
          ? [
              ["application.commands.superuser", commands.superuser, ", or remove the section superuser"] as [
                string,
                string[] | undefined,
                string,
              ],
            ]
          : []),
        ...Object.entries({ worker, beat }).flatMap(([name, section]) =>
          section?.enabled
            ? (["command", "health"] as const).map((key): [string, string[] | undefined, string] => [
                `${name}.${key}`,
                section[key],
                `, or set ${name}.enabled to false`,
              ])
            : [],
        ),
      ];
      return needed.flatMap(([path, command, instead]) =>
        when(!command, {
          path,
          found: `is required with preset ${preset} and was not set`,
          mend: `Give the command as a list of its arguments${instead}.`,
        }),
      );
    },
  },
  {
    code: "config.plan-missing",
    holds: "In `production`, an application that migrates can say what is pending: it has `application.commands.plan`.",
    broken: ({ tier, application }) =>
      when(
        tier === "production" &&
          application?.preset === "custom" &&
          application.commands.migrate &&
          !application.commands.plan,
        {
          path: "application.commands.plan",
          found: "is required in production with application.commands.migrate and was not set",
          mend: "Give the command that prints what is pending as JSON: docs/migrations.md describes it.",
        },
      ),
  },
  {
    code: "config.wrong-entry",
    holds: "gunicorn serves a WSGI entry, uvicorn and daphne an ASGI one.",
    broken: ({ application }) => {
      const { preset, server, module = "" } = application ?? {};
      const [speaks, not, other] =
        server === "gunicorn" ? ["WSGI", "asgi", "uvicorn or daphne"] : ["ASGI", "wsgi", "gunicorn"];
      return when(preset === "django" && module.toLowerCase().includes(not), {
        path: "application.module",
        found: `found "${module}", for server ${server ?? ""}, which speaks ${speaks}`,
        mend: `Name the ${speaks} entry, or set application.server to ${other}.`,
      });
    },
  },
  {
    code: "config.stop-grace-too-short",
    holds: `\`application.stopGrace\` is at least ${String(margin)} seconds longer than \`application.timeout\`.`,
    broken: ({ application }) =>
      when(application && application.stopGrace < application.timeout + margin, {
        path: "application.stopGrace",
        found: `found ${String(application?.stopGrace)} s with an application.timeout of ${String(application?.timeout)} s: a release would cut requests`,
        mend: `Set it to at least ${String((application?.timeout ?? 0) + margin)}, or lower application.timeout.`,
      }),
  },
  {
    code: "config.worker-stop-grace-too-short",
    holds: "`worker.stopGrace` is longer than `worker.longestTask`.",
    broken: ({ worker }) =>
      when(worker?.enabled && worker.stopGrace <= worker.longestTask, {
        path: "worker.stopGrace",
        found: `found ${String(worker?.stopGrace)} s, not more than worker.longestTask (${String(worker?.longestTask)} s): a release would kill tasks`,
        mend: "Set it above worker.longestTask.",
      }),
  },
  {
    code: "config.shared-folder",
    holds: "Static files and media have a folder each, neither inside the other.",
    broken: ({ application }) => {
      const [one = "", other = ""] = [application?.staticPath, application?.mediaPath].map((path) =>
        path?.replace(/\/*$/, "/"),
      );
      return when(application && (one.startsWith(other) || other.startsWith(one)), {
        path: "application.staticPath",
        found: `found ${one} with an application.mediaPath of ${other}: static files and media need a folder each`,
        mend: "Set application.staticPath and application.mediaPath to two folders, neither inside the other.",
      });
    },
  },
  {
    code: "config.too-many-connections",
    holds:
      "`postgres.memory` has room for a quarter of shared buffers and a megabyte for each of `postgres.maxConnections`.",
    broken: ({ postgres }) =>
      when(postgres && postgres.maxConnections >= postgres.memory * 0.75, {
        path: "postgres.maxConnections",
        found: `found ${String(postgres?.maxConnections)} connections in ${String(postgres?.memory)} MiB of memory: they would not fit`,
        mend: `Set postgres.memory to at least ${String(Math.floor((postgres?.maxConnections ?? 0) / 0.75) + 1)}, or allow fewer connections.`,
      }),
  },
  {
    code: "config.previous-volume-serves",
    holds: "`postgres.formerVolume` is another one than `postgres.volume`.",
    broken: ({ postgres }) =>
      when(postgres && postgres.formerVolume === postgres.volume, {
        path: "postgres.formerVolume",
        found: `found ${String(postgres?.volume)}, which is the one that serves`,
        mend: "Remove it, or leave both as `socle upgrade postgres` wrote them.",
      }),
  },
  {
    code: "config.variable-set-twice",
    holds: "`application.environment` sets no variable that Socle sets or that is a secret too.",
    broken: ({ application }, secrets) =>
      Object.keys(application?.environment ?? {}).flatMap((name) => {
        const path = `application.environment.${name}`;
        const source = managedVariables[name];
        if (source !== undefined)
          return [{ path, found: "is set by Socle itself", mend: `Remove it; it comes from ${source}.` }];
        return when(secrets.includes(name), {
          path,
          found: `is also a secret (secrets:${name})`,
          mend: "Keep one of the two.",
        });
      }),
  },
  {
    code: "config.variable-in-clear",
    holds:
      "`application.environment` has no secret in clear, told by name (`…_PASSWORD`, `…_TOKEN`, `…_KEY` …) or form (a URL with a password, a private key …).",
    broken: ({ application }, secrets) =>
      Object.entries(application?.environment ?? {}).flatMap(([name, value]) =>
        when(
          !secrets.includes(name) &&
            !Object.hasOwn(managedVariables, name) &&
            (namesSecret(name) || isSecret(String(value))),
          {
            path: `application.environment.${name}`,
            found: "looks like a secret in clear (its value is not shown here)",
            mend: `Remove it here and run \`pulumi config set --secret secrets:${name}\`; if it was ever committed, replace the secret.`,
          },
        ),
      ),
  },
];
