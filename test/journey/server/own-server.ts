// A site on a server for one file of tests alone: up before its first step, gone after its last.
import { after, before } from "mocha";

import { SiteOnServer } from "./site-on-server.ts";

/** To be called in a `describe`; gives the running site to its steps. */
export function ownServer(): () => SiteOnServer {
  let starting: Promise<SiteOnServer> | undefined;
  let started: SiteOnServer | undefined;
  before("the first pulumi up", async () => {
    started = await (starting = SiteOnServer.start());
  }).timeout(900_000);
  // Also where its coming up took too long: it removes itself where that failed.
  after("the server goes", async () => {
    await (await starting?.catch(() => undefined))?.remove();
  }).timeout(600_000);
  return () => {
    if (started === undefined) throw new Error("the server is not up");
    return started;
  };
}
