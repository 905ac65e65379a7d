// Tasks on the host: what each runs, with what, after what. That the scripts do what they say, test/host shows.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

import { before, describe, it } from "mocha";

import { sshOptions } from "../../connection/ssh.ts";
import { imageId, type Registered, Secret } from "./engine.ts";
import { deploy, type Deployment, devExample, digest, production } from "./stack.ts";

const hostScript = (name: string): URL => new URL(`../../host/${name}`, import.meta.url);
const site = imageId(`registry.example.com/site@${digest("a")}`);

/** Words of a command line as a POSIX shell splits it: plain words and single quotes, which is all that is written. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s'\\]|\\'|'[^']*')+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\'/g, (_, quoted: string | undefined) => quoted ?? "'"),
  );
}

/** Name of each task → script and arguments. */
const lines = ({ tasks }: Deployment): Record<string, string[]> =>
  Object.fromEntries(tasks.map(({ name, inputs }) => [name, wordsOf(inputs["create"] as string)]));

describe("tasks", () => {
  let dev: Deployment;
  let server: Deployment;
  before(async () => {
    dev = await deploy("dev", devExample());
    server = await deploy("production", production());
  });
  const all = (): Registered[] => [...dev.tasks, ...server.tasks];

  it("run scripts of host/ through run.sh, which is what a plan shows", () => {
    for (const { key, inputs } of all()) {
      const [shell, run, script] = wordsOf(inputs["create"] as string);
      assert.deepEqual([shell, run], ["sh", "host/run.sh"], key);
      assert.ok(existsSync(hostScript(script ?? "")), key);
    }
  });

  it("run again when their script changes", () => {
    for (const { key, inputs } of all()) {
      const script = wordsOf(inputs["create"] as string)[2] ?? "";
      const hash = createHash("sha256")
        .update(readFileSync(hostScript(script)))
        .digest("hex")
        .slice(0, 12);
      assert.equal((inputs["environment"] as Record<string, string>)["SOCLE_SCRIPT"], hash, key);
    }
  });

  it("go to the stack's own host", () => {
    for (const { key, inputs } of dev.tasks) {
      const { SOCLE_SCRIPT: _, ...environment } = inputs["environment"] as Record<string, string>;
      assert.deepEqual(environment, { DOCKER_HOST: "unix:///var/run/docker.sock" }, key);
    }
    const { host } = server.model;
    assert.ok(host.type === "ssh");
    for (const { key, inputs } of server.tasks) {
      const { SOCLE_SCRIPT: _, ...environment } = inputs["environment"] as Record<string, string>;
      assert.deepEqual(
        environment,
        {
          SOCLE_SSH_TARGET: "deploy@server.example.org",
          SOCLE_SSH_PORT: "2222",
          SOCLE_SSH_OPTIONS: sshOptions(host).join("\n"),
        },
        key,
      );
    }
  });

  it("end within a time, keep no output of earlier runs in their environment, and are never replaced by triggers", () => {
    for (const { key, inputs, timeouts } of all()) {
      assert.match(timeouts.create, /^\d+s$/, key);
      assert.equal(timeouts.update, timeouts.create, key);
      assert.equal(inputs["addPreviousOutputInEnv"], false, key);
      assert.equal("triggers" in inputs, false, key);
    }
  });

  it("have the time that their work takes", () => {
    const seconds = (key: string): string => server.resource(`command:Command ${key}`).timeouts.create;
    assert.equal(seconds("host-ready"), "900s");
    assert.equal(seconds("migrate"), "1800s");
    assert.equal(seconds("postgres-database"), "600s");
  });

  it("wait as long as Nginx may let old connections go on, and longer", async () => {
    for (const drain of [30, 3600]) {
      const patient = await deploy("production", { ...production(), nginx: { drain } });
      const { create } = patient.resource("command:Command nginx-configuration-loaded").timeouts;
      assert.ok(Number(create.replace("s", "")) >= drain + 60, `${create} for a drain of ${String(drain)} s`);
    }
  });

  it("are not undone when the stack is destroyed: what they made goes with its volume or stays with the data", () => {
    for (const { key, inputs } of all()) assert.equal("delete" in inputs, false, key);
  });

  it("get secrets on standard input only, and show none of what they print then", () => {
    const secret = [
      "application-environment-file",
      "certificate-self-signed-file",
      "postgres-database",
      "postgres-secret-files",
      "redis-password",
    ];
    for (const [{ tasks }, superuser] of [
      [dev, "superuser-admin-1"],
      [server, "superuser-root-admin-1"],
    ] as const) {
      const named = [...secret, superuser].sort();
      assert.deepEqual(
        tasks
          .filter(({ inputs }) => inputs["stdin"] instanceof Secret)
          .map(({ name }) => name)
          .sort(),
        named,
      );
      for (const { key, name, inputs, additionalSecretOutputs } of tasks) {
        assert.deepEqual(additionalSecretOutputs, named.includes(name) ? ["stdout", "stderr"] : [], key);
        assert.equal(inputs["logging"], named.includes(name) ? "stderr" : "stdoutAndStderr", key);
        // The rest stays readable in a plan.
        assert.equal(typeof inputs["create"], "string", key);
      }
    }
  });

  it("run once where they set a password that a person may have changed since: the superuser's, and no other", () => {
    const once = all().filter(({ inputs }) => "update" in inputs);
    assert.deepEqual(
      once.map(({ name, inputs }) => [name, inputs["update"]]),
      [
        ["superuser-admin-1", "true"],
        ["superuser-root-admin-1", "true"],
      ],
    );
  });

  it("prepare the host as the settings say", () => {
    assert.deepEqual(lines(dev)["host-ready"]?.slice(2), [
      "prepare.sh",
      "local",
      "socle-dev",
      "8080",
      "8443",
      "0",
      "0",
      "0",
      "you",
    ]);
    assert.deepEqual(lines(server)["host-ready"]?.slice(2), [
      "prepare.sh",
      "prepare",
      "socle-production",
      "80",
      "443",
      "2",
      "3500",
      "45",
      "deploy",
    ]);
  });

  it("only check a host that must not be prepared", async () => {
    const host = { ...(production()["host"] as object), prepare: false, minimum: { cpus: 4, memory: 8000, disk: 80 } };
    const checked = await deploy("production", { ...production(), host });
    assert.deepEqual(lines(checked)["host-ready"]?.slice(3), [
      "check",
      "socle-production",
      "80",
      "443",
      "4",
      "8000",
      "80",
      "deploy",
    ]);
  });

  it("are given these arguments", () => {
    const stack = "socle-production";
    const hash = server.outputs.release.split("-")[1] ?? "";
    const { model } = server;
    // What still works with a former password: a task, a request, a connection, and ten minutes for the deployment.
    const handover = String(model.worker.stopGrace + model.application.stopGrace + model.nginx.drain + 600);
    const found = lines(server);
    const configuration = found["nginx-configuration-loaded"]?.[7] ?? "";
    assert.match(configuration, /^[0-9a-f]{12}$/);
    const expected: Record<string, string[]> = {
      "application-volume-owner": ["volume-owner.sh", site, "1000:1000", `${stack}-media`, `${stack}-static`],
      "application-environment-file": ["volume-files.sh", `${stack}-environment-${hash}`, site, "1000:1000", "all"],
      "beat-schedule-owner": ["volume-owner.sh", site, "1000:1000", `${stack}-beat`],
      "postgres-secret-files": [
        "volume-files.sh",
        `${stack}-postgres-secrets`,
        imageId("postgres:16"),
        "999:999",
        "all",
      ],
      "postgres-database": ["postgres/database.sh", `${stack}-postgres`, "shop", "shop", "shop_a", "shop_b", handover],
      "redis-password": [
        "redis/password.sh",
        `${stack}-redis`,
        `${stack}-redis-secrets`,
        imageId("redis:7"),
        "999:999",
        handover,
      ],
      "frontend-copy": [
        "frontend.sh",
        imageId(`registry.example.com/spa@${digest("b")}`),
        "/srv/spa",
        `${stack}-frontend`,
        "b".repeat(12),
      ],
      "nginx-volume-owner": [
        "volume-owner.sh",
        imageId("nginx:1.26"),
        "101:101",
        `${stack}-nginx-configuration`,
        `${stack}-nginx-cache`,
        `${stack}-acme-challenges`,
      ],
      "nginx-configuration-loaded": [
        "nginx/apply.sh",
        `${stack}-nginx`,
        imageId("nginx:1.26"),
        `${stack}-nginx-configuration`,
        `${stack}-certificates`,
        configuration,
        "30",
      ],
      "certificate-self-signed-file": [
        "volume-files.sh",
        `${stack}-certificates`,
        imageId("nginx:1.26"),
        "101:101",
        "missing",
      ],
      "certbot-volume-owner": ["volume-owner.sh", imageId("certbot/certbot:v4.0.0"), "101:101", `${stack}-letsencrypt`],
      "certbot-issued": [
        "certbot/wait.sh",
        `${stack}-certbot`,
        "90",
        "www.example.com,example.com",
        "https://acme-v02.api.letsencrypt.org/directory",
      ],
    };
    for (const [name, words] of Object.entries(expected)) assert.deepEqual(found[name]?.slice(2), words, name);
    const others = Object.keys(found).filter((name) => !(name in expected));
    assert.deepEqual(others.sort(), ["collectstatic", "host-ready", "migrate", "superuser-root-admin-1"]);
  });

  it("of a release run its own image with its own environment, as safely as its containers", () => {
    const hash = server.outputs.release.split("-")[1] ?? "";
    const { commands } = server.model;
    for (const [name, purpose, command] of [
      ["migrate", "migrate", commands.migrate],
      ["collectstatic", "collectstatic", commands.collectstatic],
      ["superuser-root-admin-1", "superuser", commands.superuser],
    ] as const) {
      const words = lines(server)[name] ?? [];
      const image = words.indexOf(site);
      assert.ok(image > 0, name);
      const flags = words.slice(0, image);
      assert.deepEqual(flags.slice(2, 5), ["task.sh", `socle-production-${purpose}`, "socle-production-edge"], name);
      for (const flag of [
        "--network=socle-production-data",
        "--user=1000:1000",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges:true",
        "--memory=768m",
        "--memory-swap=768m",
        "--log-driver=none",
        `--mount=type=volume,source=socle-production-environment-${hash},target=/run/socle,volume-nocopy,readonly`,
        "--entrypoint=/bin/sh",
      ])
        assert.ok(flags.includes(flag), `${name}: ${flag}`);
      assert.deepEqual(words.slice(image + 1, image + 4), [
        "-c",
        'set -a; . /run/socle/environment; set +a; exec "$@"',
        "socle",
      ]);
      assert.ok(command);
      assert.deepEqual(words.slice(-command.length), command, name);
    }
  });

  it("come in the order of a release", () => {
    const order: [later: string, earlier: string][] = [
      ["provider:docker host", "command:Command host-ready"],
      ["docker:Container postgres", "command:Command postgres-secret-files"],
      ["command:Command postgres-database", "docker:Container postgres"],
      ["docker:Container redis", "command:Command redis-password"],
      ["command:Command migrate", "command:Command postgres-database"],
      ["command:Command migrate", "docker:Container redis"],
      ["command:Command migrate", "command:Command application-environment-file"],
      ["command:Command migrate", "command:Command application-volume-owner"],
      ["command:Command collectstatic", "command:Command application-environment-file"],
      ["command:Command collectstatic", "command:Command application-volume-owner"],
      ["command:Command superuser-root-admin-1", "command:Command migrate"],
      ...["socle-production-backend", "socle-production-worker", "beat"].flatMap((name): [string, string][] => [
        [`docker:Container ${name}`, "command:Command migrate"],
        [`docker:Container ${name}`, "command:Command collectstatic"],
      ]),
      ["docker:Container beat", "command:Command beat-schedule-owner"],
      ["command:Command nginx-configuration-loaded", "docker:Container socle-production-backend"],
      ["command:Command nginx-configuration-loaded", "command:Command frontend-copy"],
      ["command:Command nginx-configuration-loaded", "command:Command certificate-self-signed-file"],
      ["command:Command nginx-configuration-loaded", "command:Command nginx-volume-owner"],
      ["docker:Container nginx", "command:Command nginx-configuration-loaded"],
      ["docker:Container certbot", "docker:Container nginx"],
      ["docker:Container certbot", "command:Command certbot-volume-owner"],
      ["command:Command certbot-issued", "docker:Container certbot"],
    ];
    for (const [later, earlier] of order) {
      assert.ok(server.isAfter(later, earlier), `${later} must come after ${earlier}`);
      assert.ok(!server.isAfter(earlier, later), `${earlier} must not wait for ${later}`);
    }
  });

  it("and containers touch no host that is not ready", () => {
    for (const deployment of [dev, server])
      for (const { key, type, name } of deployment.resources)
        if ((type.startsWith("docker:") || type.startsWith("command:")) && name !== "host-ready")
          assert.ok(deployment.isAfter(key, "command:Command host-ready"), key);
  });

  it("tell Nginx the release's own container and folder", () => {
    const { stdin } = server.resource("command:Command nginx-configuration-loaded").inputs;
    assert.ok(typeof stdin === "string");
    assert.ok(stdin.includes('set $application "socle-production-backend-0f1e2d3:8000";'));
    assert.ok(stdin.includes("root /srv/frontend/bbbbbbbbbbbb;"));
    assert.ok(!stdin.includes("@"), "a name of the template was left unfilled");
  });
});
