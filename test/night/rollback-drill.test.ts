// The way back to the release before is rehearsed on a site that visitors use meanwhile.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { Evidence } from "../../policies/evidence/evidence.ts";
import { ownSite } from "../journey/own-site.ts";
import { loaded, loadedSecrets } from "../journey/settings.ts";
import { Operator } from "../lab/operator.ts";

describe("a rollback of a site in use", function () {
  this.timeout(480_000);
  const site = ownSite(loaded(), { secrets: loadedSecrets });

  it("EVD-06: is rehearsed: there and back again, timed and recorded, the file as it was", async () => {
    const { stack } = site();
    const operator = new Operator(stack);
    const history = () => operator.json<History>(["releases"]);
    const { image: first } = stack.settings["application"] as { image: string };
    const second = await site().derivedImage("second");
    await site().up(site().changed("application", { image: second }));

    const file = readFileSync(stack.file, "utf8");
    const { release } = site().output;
    const latest = (await history()).releases.at(-1)!.number;
    const { stdout, stderr } = await operator.socle(["drill", "rollback", "--yes", "--json"], { timeoutSeconds: 300 });
    const told = JSON.parse(stdout) as Record<string, number>;
    assert.match(stderr, new RegExp(`^From release ${latest} .* back to release ${told["to"]} `, "m"));
    assert.ok(told["seconds"]! > 0 && told["forwardSeconds"]! > 0);
    assert.equal(readFileSync(stack.file, "utf8"), file);
    assert.equal((await stack.outputs()).release, release);
    const { releases, flaws } = await history();
    assert.deepEqual(flaws, []);
    const images = releases.slice(-2).map(({ released }) => released.image);
    assert.deepEqual(images, [first, second]);
    const evidence = await Evidence.read(join(stack.folder, "evidence"));
    const [drill] = evidence.find({ policy: "EVD-06" });
    assert.deepEqual([drill?.result, drill?.details["seconds"]], ["passed", told["seconds"]]);
    // EVD-07: visitors all the while, none of whom was refused.
    const [visited] = evidence.find({ policy: "EVD-07" });
    assert.deepEqual([visited?.result, visited?.details["failed"]], ["passed", 0], stderr);
    assert.match(String(visited?.details["proxy"]), /^[0-9a-f]{16}$/);
    assert.ok(Number(visited?.details["requests"]) >= 200);
    assert.match(stderr, new RegExp(`^${visited?.details["requests"]} requests meanwhile, 0 failed; recorded`, "m"));
    assert.equal((await site().visitor().ask({ path: "/health/" })).status, 200);
  });
});
