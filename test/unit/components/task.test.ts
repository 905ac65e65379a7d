// Tasks on the host: what all have in common. That the scripts do what they say, test/script shows.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

import { before, describe, it } from "mocha";

import { sshOptions } from "../../../connection/ssh.ts";
import { wordsOf } from "./command-line.ts";
import { type Registered, Secret } from "./engine.ts";
import { deploy, type Deployment, devExample, production } from "./stack.ts";

const hostScript = (name: string): URL => new URL(`../../../host/${name}`, import.meta.url);

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

  /** With the scripts that it takes in. */
  const whole = (script: string): string =>
    readFileSync(hostScript(script), "utf8").replace(/^ *\. \.\/(\S+)$/gm, (_, name: string) => whole(name));

  it("run again when their script changes", () => {
    for (const { key, inputs } of all()) {
      const script = wordsOf(inputs["create"] as string)[2] ?? "";
      const hash = createHash("sha256").update(whole(script)).digest("hex").slice(0, 12);
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
    assert.equal(seconds("migrate"), "3600s");
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
    const undone = all().filter(({ inputs }) => "delete" in inputs);
    // Environments hold secrets, and no volume that Pulumi removes; the host's end decides about the data (volume.test.ts).
    assert.deepEqual(
      new Set(undone.map(({ key }) => key)),
      new Set(["command:Command application-environment-volumes", "command:Command host-ready"]),
    );
  });

  it("get secrets on standard input only, and show none of what they print then", () => {
    const secret = [
      "application-environment-file",
      "backup-programs",
      "backup-secret-files",
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
    const once = all().filter(({ name, inputs }) => "update" in inputs && name !== "host-ready");
    assert.deepEqual(
      once.map(({ name, inputs }) => [name, inputs["update"]]),
      [
        ["superuser-admin-1", "true"],
        ["superuser-root-admin-1", "true"],
      ],
    );
  });
});
