// Faults that a site must live through, each by how it strikes and whether anybody may notice.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { until } from "../lab/deadline.ts";
import { deploy, releaseSteps } from "../lab/deployer.ts";
import { inspect, isWell, within } from "../lab/engine.ts";
import type { Load } from "../lab/load.ts";
import { Operator } from "../lab/operator.ts";
import type { Random } from "../lab/random.ts";
import type { LocalSite } from "../lab/running-site.ts";
import { SmallDisk } from "../lab/small-disk.ts";
import type { Sections } from "../lab/stack.ts";

export interface Fault {
  /** In the matrix of faults. */
  row: number;
  name: string;
  /** Whether visitors may notice while it lasts. */
  noticed: boolean;
  /** Takes more than about ten seconds. */
  slow?: true;
  strike: (site: LocalSite, load: Load, random: Random) => Promise<void>;
}

/** Kills the first process of a container from outside: for the engine it is no stop. */
export async function crash(site: LocalSite, service: string): Promise<void> {
  const container = site.container(service);
  const { Pid } = (await inspect(container)).State;
  process.kill(Pid, "SIGKILL");
  await until(`${service} runs again`, 30, async () => {
    const { State } = await inspect(container);
    return State.Running && State.Pid !== Pid;
  });
}

/** Kills what works inside the worker, in the middle of a task. */
async function crashTask(site: LocalSite, load: Load): Promise<void> {
  const id = await load.order(2);
  assert.ok(id !== undefined, "the task was not taken");
  await until("the task has begun", 30, async () => (await load.entries()).get(id)?.runs === 1);
  const { Pid } = (await inspect(site.container("worker"))).State;
  const children = (await readFile(`/proc/${Pid}/task/${Pid}/children`, "utf8")).trim().split(" ");
  for (const child of children) process.kill(Number(child), "SIGKILL");
  await until("the task is done by another", 90, async () => (await load.entries()).get(id)?.done, 1);
}

/**
 * Kills Redis while acknowledged tasks wait in its queue. The worker takes none meanwhile: one that it is just taking is
 * nowhere for some microseconds, since kombu takes a task off the queue before it notes that it has it
 * (kombu.transport.redis, Channel._brpop_read).
 */
async function crashBroker(site: LocalSite, load: Load): Promise<void> {
  const operator = new Operator(site.stack);
  const worker = (...words: string[]) =>
    operator.socle(["celery", "run", "--", "control", "--timeout", "5", ...words, "copies"]);
  await worker("cancel_consumer");
  const before = load.ordered.length;
  await until("tasks wait", 60, async () => {
    const waiting = load.ordered.slice(before);
    const entries = await load.entries();
    return waiting.length >= 5 && waiting.slice(-5).every((id) => !entries.get(id)?.runs);
  });
  await crash(site, "redis");
  await until("the worker is there again", 60, () =>
    worker("add_consumer").then(
      () => true,
      () => false,
    ),
  );
}

/** The disk of the database runs full, until somebody makes room; nobody else lends a hand. */
async function fullDisk(site: LocalSite, load: Load): Promise<void> {
  const postgres = site.container("postgres");
  const acknowledged = async (): Promise<void> => {
    const before = load.ordered.length;
    await until("work is taken", 90, () => Promise.resolve(load.ordered.length > before + 1));
  };
  const disk = await SmallDisk.under(postgres, `${site.stack.prefix}-postgres`, 48);
  try {
    await acknowledged();
    const failures = load.failures.length;
    await disk.fill();
    // What was allotted to the log beforehand is used up first.
    await until("a write is refused", 30, async () => {
      await within(postgres, ["psql", "-XAtqU", "postgres", "-c", "SELECT pg_switch_wal()"], { check: false });
      return load.failures.slice(failures).some((failure) => /: 5\d\d /.test(failure));
    });
    await disk.empty();
    await acknowledged();
  } finally {
    await disk.remove();
  }
}

/** A deployment that must fail; then the former settings again. */
async function fails(site: LocalSite, load: Load, sections: Sections, reason: RegExp): Promise<void> {
  const former = site.stack.settings;
  // The new release's configuration, the former one's, and once more when all is as it was.
  load.reloads += 3;
  await site.stack.configure(sections);
  const { code, stdout, stderr } = await site.stack.up({ check: false });
  assert.notEqual(code, 0, stdout);
  assert.match(`${stdout}${stderr}`, reason);
  await site.stack.replace(former);
  await site.up();
}

/** Another release: the same image with another environment. */
function another(site: LocalSite, random: Random): Sections {
  const { environment } = site.stack.settings["application"] as { environment?: object };
  return site.changed("application", { environment: { ...environment, ROUND: String(random.below(1_000_000)) } });
}

export const faults: readonly Fault[] = [
  {
    row: 1,
    name: "the deployer is killed",
    noticed: false,
    slow: true,
    strike: async (site, load, random) => {
      const { name, step } = random.of(releaseSteps);
      const victim = random.of(["engine", "everything"] as const);
      console.log(`    ${name}: ${victim} is killed`);
      load.reloads += 2;
      await site.stack.configure(another(site, random));
      await deploy(site.stack, { step, what: victim });
      const { code, said } = await deploy(site.stack);
      assert.equal(code, 0, said);
      site.output = await site.stack.outputs();
    },
  },
  {
    row: 4,
    name: "a release never gets healthy",
    noticed: false,
    slow: true,
    strike: (site, load) =>
      fails(
        site,
        load,
        site.changed("application", { healthPath: "/no/such/path/", startTimeout: 10 }),
        /is not healthy|was not healthy after/,
      ),
  },
  {
    row: 5,
    name: "a release does not answer as it must",
    noticed: false,
    slow: true,
    strike: (site, load, random) =>
      fails(
        site,
        load,
        {
          ...another(site, random),
          release: { hold: 1, smokeChecks: [{ name: "front", path: "/", contains: "nowhere" }] },
        },
        /The traffic is back on the former release/,
      ),
  },
  { row: 7, name: "Nginx is killed", noticed: true, strike: (site) => crash(site, "nginx") },
  { row: 8, name: "PostgreSQL is killed", noticed: true, strike: (site) => crash(site, "postgres") },
  { row: 14, name: "the disk of PostgreSQL is full", noticed: true, slow: true, strike: fullDisk },
  { row: 20, name: "Redis is killed", noticed: true, strike: crashBroker },
  { row: 21, name: "a worker is killed inside a task", noticed: false, strike: crashTask },
];

/** A fault strikes under load: afterwards all is well by itself, and nobody noticed who may not have. */
export async function strikes(fault: Fault, site: LocalSite, load: Load, random: Random): Promise<void> {
  const before = load.failures.length;
  await fault.strike(site, load, random);
  await allWell(site);
  if (!fault.noticed) {
    assert.deepEqual(load.failures.slice(before), [], fault.name);
    return;
  }
  // What waited for the part that was down is answered, or gives up; pages come back as often as they are cut.
  await sleep(3000);
  const open = (): Promise<boolean> => Promise.resolve(load.listeners.every(({ connected }) => connected));
  await until("the open pages are connected", 30, open);
  await sleep(2000);
  await until("the open pages are connected", 30, open);
  load.forgive();
}

/** Every service is healthy, and the site answers. */
export async function allWell(site: LocalSite): Promise<void> {
  for (const service of Object.keys(site.output.services))
    await until(`${service} is healthy`, 90, () => isWell(site.container(service)), 0.5);
  await until("the site is well", 30, async () => (await site.visitor().ask({ path: "/health/" })).status === 200);
}
