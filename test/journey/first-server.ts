// For server-image.test.ts alone, with which it goes.
import { after, before } from "mocha";

import { SiteOnServer } from "./server/site-on-server.ts";

export function useFirstServer(): () => SiteOnServer {
  let started: SiteOnServer | undefined;
  before("the first pulumi up", async () => {
    started = await SiteOnServer.start();
  }).timeout(420_000);
  after("the server goes", async () => started?.remove()).timeout(60_000);
  return () => {
    if (started === undefined) throw new Error("the server is not up");
    return started;
  };
}
