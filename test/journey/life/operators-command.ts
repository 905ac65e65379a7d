// The operator's command on a running site: what a person sees at a terminal, and what a script gets.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { before, describe, it } from "mocha";

import type { Line } from "../../../operations/log-line.ts";
import { docker, lines, run } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { Operator } from "../../lab/operator.ts";

const minutes = 60_000;

export function operatorsCommand(site: () => LocalSite): void {
  describe("the operator's command on a local stack", function () {
    this.timeout(8 * minutes);
    let operator: Operator;
    before(() => {
      operator = new Operator(site().stack);
    });

    it("status tells every service, the certificate, the disk and the queue; all is well", async () => {
      const [{ stdout }, { services, certificate }] = await Promise.all([
        operator.socle(["status"]),
        operator.json<{
          services: { service: string; well: boolean; digest: string }[];
          certificate: { daysLeft: number };
        }>(["status"]),
      ]);
      for (const service of Object.keys(site().output.services))
        assert.match(stdout, new RegExp(`^${service} +healthy +\\d+ (s|min|h) +0 +[0-9a-f]{12}$`, "m"), stdout);
      assert.ok(stdout.includes(site().output.release) && stdout.includes(site().output.url), stdout);
      assert.match(stdout, /^Certificate +\d{2,} days left, until \d{4}-/m);
      assert.match(stdout, /^Disk +[\d.]+ GB of [\d.]+ GB free/m);
      assert.match(stdout, /^Celery +celery: \d+ waiting; \d+ taken/m);
      assert.ok(!stdout.includes("\u001b"), "no colours in a pipe");
      assert.deepEqual(
        services.map(({ service, well, digest }) => [service, well, digest]),
        Object.entries(site().output.services).map(([service, { digest }]) => [service, true, digest]),
      );
      assert.ok(certificate.daysLeft > 30);
    });

    it("status has colours on a terminal, and none where NO_COLOR is set", async () => {
      const [{ stdout }, plain] = await Promise.all([
        operator.terminal(["status"], []),
        operator.terminal(["status"], [], { environment: { NO_COLOR: "1" } }),
      ]);
      assert.ok(stdout.includes("\u001b[32mhealthy"), stdout);
      assert.ok(!plain.stdout.includes("\u001b["), plain.stdout);
    });

    it("logs interleaves services by time, each with its name, and takes a part of them", async () => {
      const [found, { stdout }, none] = await Promise.all([
        operator.socle(["logs", "backend", "postgres", "--tail", "30", "--json"]),
        operator.socle(["logs", "backend", "postgres", "--tail", "3"]),
        operator.socle(["logs", "postgres", "--since", "2999-01-01"]),
      ]);
      const everything = lines(found.stdout).map((line) => JSON.parse(line) as Line);
      const all = everything.filter(({ release }) => release === undefined);
      assert.deepEqual([...new Set(all.map(({ service }) => service))].sort(), ["backend", "postgres"]);
      const times = all.map(({ time }) => time);
      assert.deepEqual(times, [...times].sort());
      assert.ok(all.filter(({ service }) => service === "backend").length <= 30);
      for (const line of lines(stdout)) assert.match(line, /^((backend |postgres) \| |— release )/);
      assert.equal(none.stdout, "");
    });

    it("logs tells among the lines when a release began and served, to people and to machines", async () => {
      const [{ stdout }, asJson] = await Promise.all([
        operator.socle(["logs", "--tail", "all"]),
        operator.socle(["logs", "--tail", "all", "--json"]),
      ]);
      const text = lines(stdout);
      const at = (pattern: RegExp): number => text.findIndex((line) => pattern.test(line));
      const began = at(/^— release 1 \(socle-example-site:dev, [0-9a-f]{12}-[0-9a-f]{12}\) began, by \S+ —$/);
      const serves = at(/^— release 1 \(.*\) serves —$/);
      assert.ok(began === 0 && serves > 10, `${began}, ${serves} of ${text.length}:\n${text.slice(0, 5).join("\n")}`);
      const json = lines(asJson.stdout);
      const marks = json.map((line) => JSON.parse(line) as Line).filter(({ release }) => release !== undefined);
      assert.deepEqual(
        marks.map(({ release }) => release),
        [
          { number: 1, event: "began" },
          { number: 1, event: "serves" },
        ],
      );
    });

    it("status tells who holds the lock and why, and since when there is maintenance", async () => {
      const plain = await operator.json<{ lock: unknown; maintenance: unknown }>(["status"]);
      assert.deepEqual([plain.lock, plain.maintenance], [null, null]);
      await operator.socle(["maintenance", "on", "--reason", "disks are changed"]);
      try {
        await operator.socle(["lock", "--reason", "accounts close", "--for", "2h"]);
        const [{ stdout }, { lock, maintenance }] = await Promise.all([
          operator.socle(["status"]),
          operator.json<Record<"lock" | "maintenance", { reason: string }>>(["status"]),
        ]);
        assert.match(stdout, /^Lock +\S+ has held the stack since .*, until .*: accounts close$/m);
        assert.match(stdout, /^Maintenance +since .*, until it is switched off, by \S+: disks are changed$/m);
        assert.deepEqual([lock.reason, maintenance.reason], ["accounts close", "disks are changed"]);
      } finally {
        await Promise.all([operator.socle(["unlock"]), operator.socle(["maintenance", "off"])]);
      }
    });

    it("logs --follow shows what happens now, until Ctrl-C ends it cleanly and nothing is left running", async () => {
      const following = operator.terminal(
        ["logs", "backend", "postgres", "--follow", "--tail", "1"],
        [
          ["wait", "postgres \\|.*no_such_table"],
          ["type", "\u0003"],
        ],
      );
      const follower = { ended: false };
      void following.finally(() => (follower.ended = true)).catch(() => undefined);
      // A statement that fails is what PostgreSQL logs.
      while (!follower.ended) {
        await within(site().container("postgres"), ["psql", "-U", "postgres", "-c", "TABLE no_such_table"], {
          check: false,
        });
        await sleep(500);
      }
      const { code, stdout } = await following;
      assert.equal(code, 0, stdout);
      assert.ok(!stdout.includes(".ts:"), stdout);
      await until("no docker logs is left", 20, async () => {
        const { stdout: processes } = await run("ps", ["-eo", "args"]);
        const ids = await docker([
          "ps",
          "--quiet",
          "--no-trunc",
          "--filter",
          `label=socle.stack=${site().stack.prefix}`,
        ]);
        return !lines(ids).some((id) => processes.includes(`--follow ${id}`));
      });
    });

    it("exec runs in the container with the application's environment, and ends as the command ends", async () => {
      const { stdout } = await operator.socle(["exec", "backend", "--", "printenv", "DB_HOST", "SOCLE_RELEASE"]);
      assert.deepEqual(lines(stdout), ["postgres", site().output.release]);
      const failed = await operator.socle(["exec", "worker", "--", "sh", "-c", "cat; echo bad >&2; exit 42"], {
        input: "through a pipe",
        check: false,
      });
      assert.deepEqual([failed.code, failed.stdout, failed.stderr], [42, "through a pipe", "bad\n"]);
    });

    /** The engine passes a size on a moment after it changed. */
    const sized = (former: string): string => `while [ "$(stty size)" = '${former}' ]; do sleep 0.1; done; stty size\n`;

    it("exec gives a terminal as wide as this one, which Ctrl-C and a change of its size reach", async () => {
      const { code, stdout } = await operator.terminal(
        ["exec", "backend", "--", "sh"],
        [
          ["wait", "\\$ "],
          ["type", sized("0 0")],
          ["wait", "24 80"],
          ["resize", 40, 120],
          ["type", sized("24 80")],
          ["wait", "40 120"],
          ["type", "sleep 60\n"],
          ["wait", "sleep 60"],
          ["type", "\u0003"],
          // The shell is there again, a minute early.
          ["wait", "\\$ "],
          ["type", "echo back $((6 * 7))\n"],
          ["wait", "back 42"],
          ["type", "exit 7\n"],
        ],
        { check: false },
      );
      assert.equal(code, 7, stdout);
    });

    it("shell is the framework's, with the application loaded", async () => {
      const piped = await operator.socle(["shell"], {
        input: "from django.contrib.auth import get_user_model\nprint(get_user_model().objects.count())\n",
      });
      assert.match(piped.stdout, /^\d+$/m);
      const { stdout } = await operator.terminal(
        ["shell"],
        [
          ["wait", ">>> "],
          ["type", "from django.conf import settings; print('debug', settings.DEBUG)\n"],
          ["wait", "debug False"],
          ["type", "exit()\n"],
        ],
      );
      assert.match(stdout, /debug False/);
    });

    it("psql is on the application's database as its role; --readonly changes nothing, --superuser may do all", async () => {
      const ask = async (sql: string, ...options: string[]) =>
        operator.socle(["psql", ...options, "--", "--tuples-only", "--no-align", "--command", sql], { check: false });
      const [one, counted, refused, superuser, piped] = await Promise.all([
        ask("SELECT current_user || ' ' || current_database()"),
        ask("SELECT count(*) FROM django_migrations"),
        ask("CREATE TABLE never (id int)", "--readonly"),
        ask("SELECT current_user", "--superuser"),
        operator.socle(["psql"], { input: "SELECT 6 * 7 AS answer;\n" }),
      ]);
      assert.match(one.stdout, /^\w+ \w+\n$/);
      assert.ok(!one.stdout.startsWith("postgres "), one.stdout);
      assert.match(counted.stdout, /^\d+\n$/);
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /cannot execute CREATE TABLE in a read-only transaction/);
      assert.equal(superuser.stdout, "postgres\n");
      assert.match(piped.stdout, /42/);
    });

    it("redis and celery answer; no password is on a command line", async () => {
      const [ping, stats, queues, test, shown] = await Promise.all([
        operator.socle(["redis", "--", "ping"]),
        operator.socle(["celery", "inspect", "stats", "--json"]),
        operator.socle(["celery", "queues"]),
        operator.socle(["nginx", "test"]),
        operator.socle(["nginx", "show"]),
      ]);
      assert.equal(ping.stdout, "PONG\n");
      assert.match(stats.stdout, /worker@/);
      assert.match(queues.stdout, /^celery +\d+$/m);
      assert.match(test.stderr, /test is successful/);
      assert.match(shown.stdout, /ssl_protocols/);
    });

    it("import env does not rename a database that is there", async () => {
      const file = join(site().stack.folder, "moving.env");
      await writeFile(file, "DATABASE_URL=postgres://school:pw@db.internal/pupils\nNEW_ONE=1\n");
      const { stdout } = await operator.socle(["import", "env", file, "--plan"]);
      assert.match(stdout, /NEW_ONE +application.environment.NEW_ONE/);
      assert.match(stdout, /DATABASE_URL +the stack is up, and its database keeps its names/);
      assert.ok(!stdout.includes("postgres.database\n"), stdout);
    });

    it("an unknown service, stack, command or option is refused, with what there is instead", async () => {
      const refused = (...words: string[]) => operator.socle(words, { check: false });
      const [service, stack, command, since] = await Promise.all([
        refused("logs", "databse"),
        refused("status", "--stack", "nowhere"),
        refused("statsu"),
        refused("logs", "--since", "yesterday-ish"),
      ]);
      assert.equal(service.code, 1);
      assert.match(service.stderr, /has no service databse\.\n +→ Name one of: .*postgres, redis/);
      assert.equal(stack.code, 1);
      assert.match(stack.stderr, new RegExp(`nowhere could not be read.*\\n +→ Name one of: .*${site().stack.name}`));
      assert.equal(command.code, 2);
      assert.equal(since.code, 2);
      assert.match(since.stderr, /Name a time such as .* or an age such as 10m/);
    });
  });
}
