// A worker that rests, as the former one does while a release goes out: Celery and Redis are real.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { docker, scripts } from "./machine.ts";

const image = "socle-example-site:dev";
const worker = readFileSync(join(scripts, "django/worker.py"), "utf8");

/** An application that knows these tasks, which say in Redis that they ran, and where. */
const application = (tasks: readonly string[]): string => `
import os, redis
from celery import Celery
app = Celery("app", broker=os.environ["BROKER"])
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=1)
def ran(name, number):
    redis.from_url(os.environ["BROKER"]).rpush("ran", f"{name} {number} {os.environ['WHO']}")
${tasks.map((name) => `@app.task(name="${name}")\ndef ${name}(number): ran("${name}", number)`).join("\n")}
`;

describe("a worker that rests", function () {
  this.timeout(300_000);
  const name = `socle-rest-${randomBytes(3).toString("hex")}`;
  const redis = `${name}-redis`;
  const made: string[] = [];
  const start = (who: string, tasks: readonly string[], ...pool: string[]): string => {
    const container = `${name}-${who}`;
    const words = ["--app", "app", "worker", "--concurrency=1", "--without-gossip", "--without-mingle", ...pool];
    docker(
      ...["run", "--detach", "--name", container, `--network=${name}`, "--workdir=/tmp", "--tmpfs=/tmp:mode=1777"],
      ...[
        "--env",
        `BROKER=redis://${redis}:6379/0`,
        "--env",
        `WHO=${who}`,
        "--env=PYTHONPATH=/tmp",
        "--env=DJANGO_SETTINGS_MODULE=",
      ],
      ...["--env", `APP=${application(tasks)}`, "--entrypoint=sh", image, "-c"],
      ...['printf %s "$APP" >/tmp/app.py; exec python -c "$@"', "sh", worker, "/tmp/alive", ...words],
    );
    made.push(container);
    return container;
  };
  const logs = (container: string): string => {
    const { stdout, stderr } = spawnSync("docker", ["logs", container], { encoding: "utf8" });
    return `${stdout}${stderr}`;
  };
  const order = (task: string, number: number): string =>
    docker(
      ...["exec", made[1] ?? "", "python", "-c"],
      ...["import app, sys; app.app.send_task(sys.argv[1], args=[int(sys.argv[2])])", task, String(number)],
    );
  const ran = (): string[] =>
    docker("exec", redis, "redis-cli", "LRANGE", "ran", "0", "-1").split("\n").filter(Boolean);
  const happens = (what: string, found: () => boolean): Promise<unknown> =>
    until(what, 30, () => Promise.resolve(found()));
  const tell = async (container: string, signal: "TTIN" | "TTOU", answer: string): Promise<void> => {
    const before = logs(container).split(answer).length;
    docker("exec", container, "sh", "-c", `kill -${signal} 1`);
    await happens(`${container} ${answer}`, () => logs(container).split(answer).length > before);
  };
  const ready = (container: string): Promise<unknown> =>
    happens(
      `${container} is ready`,
      () => docker("exec", container, "sh", "-c", "ls /tmp/alive 2>/dev/null || true") !== "",
    );

  before(async () => {
    docker("network", "create", name);
    docker("run", "--detach", "--name", redis, `--network=${name}`, "redis:7");
    made.push(redis);
    await ready(start("former", ["known"]));
  });
  after(() => {
    docker("rm", "--force", "--volumes", ...made);
    docker("network", "rm", name);
  });

  it("takes nothing more, so that what it does not know waits for one that does", async () => {
    const former = `${name}-former`;
    order("known", 1);
    await happens("the former worker works", () => ran().includes("known 1 former"));
    await tell(former, "TTOU", "worker: rests");
    for (let number = 2; number < 12; number += 1) order(number % 2 ? "known" : "added", number);
    assert.deepEqual(ran(), ["known 1 former"]);
    const later = start("later", ["known", "added"]);
    await ready(later);
    await happens("the later worker works", () => ran().length === 11);
    assert.deepEqual(
      ran().slice(1).sort(),
      Array.from({ length: 10 }, (_, index) => `${index % 2 ? "known" : "added"} ${index + 2} later`).sort(),
    );
    assert.doesNotMatch(logs(former), /unregistered/);
  });

  it("does not take up its work after the broker was away", async () => {
    docker("restart", "--time=1", redis);
    await happens("the former worker is back", () => /worker: rests[^]*worker: rests/.test(logs(`${name}-former`)));
    docker("exec", redis, "redis-cli", "DEL", "ran");
    for (let number = 20; number < 26; number += 1) order("added", number);
    await happens("the later worker works", () => ran().length === 6);
    assert.ok(ran().every((line) => line.endsWith(" later")));
  });

  it("takes tasks again where the release is taken back", async () => {
    const former = `${name}-former`;
    await tell(former, "TTIN", "worker: takes tasks");
    docker("stop", `${name}-later`);
    order("known", 30);
    await happens("the former worker works", () => ran().includes("known 30 former"));
  });

  it("rests with threads for a pool, too", async () => {
    const threads = start("threads", ["known"], "--pool=threads");
    await ready(threads);
    await tell(`${name}-former`, "TTOU", "worker: rests");
    order("known", 40);
    await happens("the threads work", () => ran().includes("known 40 threads"));
    await tell(threads, "TTOU", "worker: rests");
    order("known", 41);
    await tell(threads, "TTIN", "worker: takes tasks");
    await happens("they work again", () => ran().includes("known 41 threads"));
  });
});
