import assert from "node:assert/strict";

import { until } from "../../lab/deadline.ts";
import { document, domains, type SiteOnServer, validitySeconds } from "./site-on-server.ts";

/** Restarts the server, and asserts that the site is back without hands and with its data. */
export async function isBackAfterRestart(site: SiteOnServer, options: { powerLoss: boolean }): Promise<void> {
  const { server, containers } = site;
  const { administrator, copy } = await site.work();
  const before = await server.lives(containers);
  await server.host.restart(options);
  await server.well(containers, domains[0], 120);
  for (const [index, { id, startedAt }] of (await server.lives(containers)).entries()) {
    assert.equal(id, before[index]?.id);
    assert.notEqual(startedAt, before[index]?.startedAt);
  }
  // The session, the row and the file of before.
  assert.equal(await administrator.whoAmI(), "admin");
  assert.deepEqual(await administrator.copy(copy.id), copy);
  assert.deepEqual((await administrator.ask({ path: copy.url })).bytes, document);
  await until("a certificate that is valid", validitySeconds, () => server.trusted(domains[0]));
}
