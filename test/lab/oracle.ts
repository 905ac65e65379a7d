// What must hold after any fault: nothing that was acknowledged is lost or doubled, and nothing is left over.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { docker, lines } from "./command.ts";
import { until } from "./deadline.ts";
import type { Load } from "./load.ts";
import { pdf } from "./pdf.ts";
import type { LocalSite } from "./running-site.ts";

/**
 * Every task that was acknowledged had its effect (once: the database allows no second), every file is what was sent, each
 * service has one container, no task of a deployment and no lock is left, and a plan changes nothing.
 */
export async function assertExact(site: LocalSite, load: Load): Promise<void> {
  const entries = await load.entries();
  const lost = load.ordered.filter((id) => !entries.get(id)?.done);
  assert.deepEqual(lost, [], `of ${load.ordered.length} tasks that were acknowledged these were lost`);
  assert.ok(load.ordered.length > 5 && load.uploaded.length > 2, "too little was ordered to tell anything");

  const visitor = await site.administrator("uploader under load");
  for (const id of [...load.uploaded.slice(0, 2), ...load.uploaded.slice(-2)]) {
    const { url, pages } = await visitor.copy(id);
    assert.equal(pages, 2);
    assert.ok((await visitor.ask({ path: url })).bytes.equals(pdf(2, 100_000)), `the file of ${id} is another`);
  }

  const { stack, output } = site;
  const named = ["ps", "--all", "--format", "{{.Names}}", "--filter", `label=socle.stack=${stack.prefix}`];
  assert.deepEqual(
    lines(await docker(named)).sort(),
    Object.values(output.services)
      .map(({ container }) => container)
      .sort(),
    "containers of the stack",
  );
  const lock = join(stack.hostState, stack.prefix, "lock");
  await until("no lock is left", 20, async () => (await readFile(lock, "utf8").catch(() => "")) === "");
  const { stdout } = await stack.pulumi(["stack", "export"], { record: false });
  assert.doesNotMatch(stdout, /pending_operations/, "something that was begun is not finished");
  await stack.preview(["--expect-no-changes"]);
}
