// Crashes: the first process of each container is killed from the host, and nobody lends a hand.
import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { until } from "../lab/deadline.ts";
import { within } from "../lab/engine.ts";
import { allWell, crash as kill } from "./fault.ts";
import { changingSite, ownSecrets } from "./local-site.ts";
import { pdf } from "../lab/pdf.ts";

const services = ["postgres", "redis", "backend", "worker", "beat", "nginx"];

describe("a crash in a local stack", function () {
  this.timeout(180_000);
  const site = changingSite.use();
  const order = async (id: number, seconds: number): Promise<number> => {
    const headers = { "X-Admin-Token": ownSecrets.ADMIN_TOKEN, "Content-Type": "application/json" };
    return (
      await site()
        .visitor()
        .ask({ method: "POST", path: "/api/ledger/", headers, body: JSON.stringify({ id, work_seconds: seconds }) })
    ).status;
  };
  const entry = async (id: number): Promise<{ runs: number; done: boolean } | undefined> => {
    const path = `/api/ledger/?after=${id - 1}`;
    const { body } = await site()
      .visitor()
      .ask({ path, headers: { "X-Admin-Token": ownSecrets.ADMIN_TOKEN } });
    const { entries } = JSON.parse(body) as { entries: { id: number; runs: number; done: boolean }[] };
    return entries.find((found) => found.id === id);
  };
  const crash = (service: string): Promise<void> => kill(site(), service);

  it("A9: of a worker in the middle of a task: a later one does the task", async () => {
    assert.equal(await order(1, 3), 201);
    await until("the task has begun", 20, async () => (await entry(1))?.runs === 1);
    const begun = Date.now();
    await crash("worker");
    assert.equal((await entry(1))?.done, false, "it was cut off in the middle");
    // The broker gives a task to another after CELERY_VISIBILITY_TIMEOUT; workers ask for such when they start, and then
    // every 100 s only (kombu.transport.redis, QoS.restore_visible).
    await until("the broker gives the task up", 30, () => Promise.resolve(Date.now() - begun > 21_000), 1);
    await crash("worker");
    await until("the task is done", 60, async () => (await entry(1))?.done, 1);
    assert.equal((await entry(1))?.runs, 2);
  });

  it("A9: of each container: all is back and healthy, and every piece of data is there", async () => {
    const visitor = await site().administrator();
    const before = await visitor.upload(pdf(2));
    await until("the copy is processed", 30, async () => (await visitor.copy(before.id)).state === "processed");
    const signedIn = ["sh", "-c", 'REDISCLI_AUTH=$(cat /run/socle/password) exec redis-cli "$@"', "redis"];
    const redis = async (...words: string[]) =>
      (await within(site().container("redis"), [...signedIn, ...words])).stdout.trim();
    assert.equal(await redis("set", "kept", "over a crash"), "OK");

    for (const service of services) await crash(service);
    await allWell(site());

    assert.equal((await visitor.copy(before.id)).pages, 2, "still signed in, and the database has it");
    assert.ok((await visitor.ask({ path: before.url })).bytes.equals(pdf(2)), "the file is there");
    assert.equal(await redis("get", "kept"), "over a crash");
    const later = await visitor.upload(pdf(4));
    await until("work goes on", 30, async () => (await visitor.copy(later.id)).pages === 4);
    for (const service of services)
      assert.deepEqual(await site().containers(service), [site().container(service)], service);
  });

  it("of a backup's container takes what it was at with it: nothing of a recovery stays on the disk", async () => {
    const left = ["work", "drill", "recovering"].map((name) => `/backups/${name}`).join(" ");
    await within(site().container("backup"), [
      "sh",
      "-euc",
      `mkdir ${left}; for each in ${left}; do touch "$each/rows"; done`,
    ]);
    await crash("backup");
    const listed = async (): Promise<string> => (await within(site().container("backup"), ["ls", "/backups"])).stdout;
    await until("they are gone", 30, async () => !/^(?:work|drill|recovering)$/m.test(await listed()));
    assert.match(await listed(), /^repository$/m);
  });

  it("leaves nothing to change", async () => {
    await site().stack.preview(["--refresh", "--expect-no-changes"]);
  });
});
