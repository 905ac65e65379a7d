/** Releases under load: what visitors lose by them, and how long it takes until all of them see the new release. */
import { randomBytes } from "node:crypto";

import { Load, type LoadedSite, type Pace } from "../../test/lab/load.ts";
import { LocalSite } from "../../test/lab/running-site.ts";
import { sampleSite } from "../../test/lab/stack.ts";
import { until } from "../../test/lab/deadline.ts";
import type { Benchmark, Choice, Count } from "../bench.ts";
import { composeCommand } from "./compose-command.ts";
import { PlainSite } from "./plain-site.ts";

const image = "socle-example-site:dev";
/** Enough for a few minutes; the aim of the project is 0 failures of 100,000 (`--requests 100000`). */
const usualRequests = 10_000;
const rounds = 3;

/** About half of what a site on two processors can answer: one that is overwhelmed measures who waits best. */
const pace: Partial<Pace> = {
  keeping: 4,
  opening: 4,
  pause: 0.1,
  slow: 10,
  // Long ones are always under way; the two workers are not overwhelmed.
  work: (id) => (id % 40 === 0 ? 5 : 0.05),
  tolerant: true,
};

/** What a site answered in all rounds. */
class Tally {
  requests = 0;
  failed = 0;
  cut = 0;
  lost = 0;
  doubled = 0;

  async add(load: Load): Promise<void> {
    const entries = await load.entries();
    this.requests += load.requests;
    this.failed += load.failures.length;
    for (const failure of load.failures.slice(0, 5)) console.error(`    ${failure}`);
    this.cut += load.listeners.reduce((sum, { cuts }) => sum + cuts.length, 0);
    this.lost += load.ordered.filter((id) => entries.get(id)?.done !== true).length;
    this.doubled += load.ordered.filter((id) => (entries.get(id)?.runs ?? 1) > 1).length;
  }

  counts(name: string, aims: boolean, requests: number): Count[] {
    const none = aims ? { most: 0 } : {};
    return [
      { name: `${name}: requests`, value: this.requests, ...(aims ? { least: requests } : {}) },
      { name: `${name}: failed requests`, value: this.failed, ...none },
      { name: `${name}: WebSockets cut, back at once`, value: this.cut },
      { name: `${name}: tasks lost`, value: this.lost, ...none },
      { name: `${name}: tasks run twice`, value: this.doubled, ...none },
    ];
  }
}

export async function benchmark({ requests = usualRequests }: Choice): Promise<Benchmark> {
  const token = randomBytes(16).toString("hex");
  const compose = await composeCommand();
  const opened: { remove: () => Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const site of opened.toReversed()) await site.remove();
  };
  const open = async <Site extends { remove: () => Promise<void> }>(starting: Promise<Site>): Promise<Site> => {
    const site = await starting;
    opened.push(site);
    return site;
  };
  try {
    const socle = await open(socleSite(token));
    await socle.up();
    const composed = await open(PlainSite.start(compose, image, token));
    const scripted = await open(PlainSite.start(compose, image, token));
    const tallies = { socle: new Tally(), script: new Tally(), compose: new Tally() };
    let release = 0;
    let next = image;
    const word = (): string => `r${release}`;
    // Three of the runs of a round are one release of Socle's; the others get the same image.
    const share = Math.ceil(requests / (rounds + 1));
    return {
      title: `releases under load, ${requests} requests or more`,
      rounds,
      variants: [
        // Whatever there is to do, Pulumi runs the program once more for the update; here it finds nothing.
        {
          name: "Pulumi's second run",
          run: () =>
            underLoad(socle, token, tallies.socle, async () => {
              const preview = await duration(() => socle.stack.preview());
              return (await duration(() => socle.stack.pulumi(["up", "--yes"]))) - preview;
            }),
        },
        {
          name: "Pulumi's preview",
          run: async () => {
            release += 1;
            next = await socle.derivedImage(`release ${release}`);
            await socle.stack.configure(socle.changed("application", { image: next }));
            return underLoad(socle, token, tallies.socle, () => duration(() => socle.stack.preview()));
          },
        },
        {
          name: "Socle: pulumi up",
          run: () =>
            seconds(socle, token, tallies.socle, share, async () => {
              await socle.stack.pulumi(["up", "--yes"], { timeoutSeconds: 600 });
              socle.output = await socle.stack.outputs();
              return socle.output.release;
            }),
        },
        {
          name: "blue-green script",
          run: () =>
            seconds(scripted, token, tallies.script, 0, async () => {
              await scripted.blueGreen(next, word());
              return word();
            }),
        },
        {
          name: "docker compose up",
          run: () =>
            seconds(composed, token, tallies.compose, 0, async () => {
              await composed.composed(next, word());
              return word();
            }),
        },
      ],
      ratios: [
        {
          // docs/adr/0007
          name: "(up - Pulumi's preview and second run) / script",
          of: "Socle: pulumi up",
          less: ["Pulumi's preview", "Pulumi's second run"],
          over: "blue-green script",
          aim: 1.3,
        },
        {
          name: "(up - Pulumi's preview) / script",
          of: "Socle: pulumi up",
          less: ["Pulumi's preview"],
          over: "blue-green script",
        },
        { name: "up / compose", of: "Socle: pulumi up", over: "docker compose up" },
      ],
      counts: () => [
        ...tallies.socle.counts("Socle", true, requests),
        ...tallies.script.counts("script", false, requests),
        ...tallies.compose.counts("compose", false, requests),
      ],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function socleSite(token: string): Promise<LocalSite> {
  const sections = sampleSite(image);
  const environment = { THROTTLE_ANON: "1000000/minute", THROTTLE_USER: "1000000/minute" };
  return LocalSite.create(
    {
      ...sections,
      application: { ...(sections["application"] as object), environment },
      nginx: { drain: 15 },
      // With restic as sites have it, not as tests do.
      backup: { image: undefined },
    },
    { ADMIN_TOKEN: token },
  );
}

/** Seconds that a step takes. */
async function duration(step: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await step();
  return (performance.now() - start) / 1000;
}

/** Does under load what changes nothing that visitors see; answers with what it answers. */
async function underLoad(
  site: LoadedSite,
  token: string,
  tally: Tally,
  action: () => Promise<number>,
): Promise<number> {
  let answer = NaN;
  const load = await Load.during(
    site,
    token,
    async () => {
      answer = await action();
    },
    pace,
  );
  await tally.add(load);
  return answer;
}

/** Releases under load; answers with the seconds from its beginning until every request was answered by the new one. */
async function seconds(
  site: LoadedSite,
  token: string,
  tally: Tally,
  requests: number,
  action: () => Promise<string>,
): Promise<number> {
  let begun = 0;
  let release = "";
  const load = await Load.during(
    site,
    token,
    async (running) => {
      begun = Date.now();
      release = await action();
      await until("the new release answers", 120, () => Promise.resolve(running.releases.has(release)));
      await until("enough requests were answered", 3600, () => Promise.resolve(running.requests >= requests));
    },
    pace,
  );
  const others = [...load.latest].filter(([name]) => name !== release).map(([, latest]) => latest);
  await tally.add(load);
  return (Math.max(load.latestFailure, ...others) - begun) / 1000;
}
