// A site for one journey alone: up before its first step, gone after its last.
import { after, before } from "mocha";

import { LocalSite } from "../lab/running-site.ts";
import type { Sections } from "../lab/stack.ts";
import { witness } from "../lab/witness.ts";

const minute = 60_000;

interface Options {
  secrets: Record<string, string>;
  /** Looks at all that anyone could see while the first `up` runs. */
  watched?: boolean;
  /** Settings that need the stack's name, such as those of an image that is built for it. */
  prepare?: (site: LocalSite) => Promise<Sections>;
}

/** To be called at the top of a journey; gives the running site to its steps. */
export function ownSite(settings: Sections, { secrets, watched = false, prepare }: Options): () => LocalSite {
  let site: LocalSite | undefined;
  before("the site comes up", async function () {
    this.timeout(8 * minute);
    const created = await LocalSite.create(settings, secrets);
    site = created;
    const sections = await prepare?.(created);
    const up = () => created.up(sections);
    if (watched) created.seen = await witness(up);
    else await up();
  });
  after("the site goes", async function () {
    this.timeout(5 * minute);
    await site?.discard();
  });
  return () => {
    if (site === undefined) throw new Error("the site is not up");
    return site;
  };
}
