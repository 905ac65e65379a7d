// The record of releases, and which of them a rollback goes back to. What a newcomer reads of it is followed on a site.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import type { History } from "../../operations/release-history.ts";
import { containersOf, inspect } from "../lab/engine.ts";
import { SmallSite } from "./small-site.ts";

describe("a rollback of a local stack", function () {
  this.timeout(300_000);
  this.slow(20_000);
  let site: SmallSite;
  let images: string[];
  before(async () => {
    site = await SmallSite.create();
    await site.up();
    images = [(site.stack.settings["application"] as { image: string }).image];
  });
  after(async () => {
    await site.remove();
  });

  const history = () => site.operator.json<History>(["releases"]);
  const file = (): string => readFileSync(site.stack.file, "utf8");
  const imageOf = (text: string): string | undefined => /image: (\S+)/.exec(text)?.[1];
  /** The release whose containers run, which the state and the containers agree on. */
  const served = async (): Promise<string> => {
    site.output = await site.stack.outputs();
    for (const service of ["backend", "worker", "beat"]) {
      const running = await containersOf(site.stack.prefix, service);
      assert.deepEqual(running, [site.container(service)]);
      assert.equal((await inspect(running[0] ?? "")).Config.Labels["socle.release"], site.output.release);
    }
    return site.output.release;
  };

  it("has a record of each release: which image, by whom, how it ended", async () => {
    const image = await site.derivedImage("second");
    images.push(image);
    await site.up(site.changed("application", { image, environment: { GREETING: "Hullo" } }));
    const { releases, flaws } = await history();
    assert.deepEqual(flaws, []);
    assert.deepEqual(
      releases.map(({ number, result, released }) => [number, result, released.image]),
      images.map((name, index) => [index + 1, "succeeded", name]),
    );
    assert.equal(releases[1]?.released.digest, site.output.services["backend"]?.digest);
    assert.match(releases[1]?.who ?? "", /^\S+@\S+$/);
  });

  it("without a name goes to the release before: image and settings, in the stack file too", async () => {
    const { releases } = await history();
    const { stdout } = await site.operator.socle(["rollback", "--yes"], { timeoutSeconds: 120 });
    assert.match(stdout, /application\.image: ".*" → "nginx:1\.26"/);
    assert.match(stdout, /application\.environment.*: .*Hullo.* → \(not set\)/);
    assert.equal(imageOf(file()), images[0]);
    assert.equal(await served(), releases[0]?.released.release);
    await site.stack.preview(["--expect-no-changes"]);
  });

  it("goes to the release of a number, asked at a terminal", async () => {
    const { stdout } = await site.operator.terminal(
      ["rollback", "2"],
      [
        ["wait", "Go back to release 2\\?"],
        ["type", "y"],
        ["type", "\r"],
      ],
      { timeoutSeconds: 120, environment: { SOCLE_PATIENCE: "100" } },
    );
    assert.match(stdout, /Release 2 serves again/);
    assert.equal(imageOf(file()), images[1]);
    const { releases } = await history();
    assert.equal(await served(), releases[1]?.released.release);
    assert.deepEqual(
      releases.map(({ released }) => released.image),
      [images[0], images[1], images[0], images[1]],
    );
  });

  it("leaves the stack file as it was where the answer is no", async () => {
    const before = file();
    const { code, stdout } = await site.operator.terminal(
      ["rollback"],
      [
        ["wait", "Go back to release 3\\?"],
        ["type", "n"],
        ["type", "\r"],
      ],
      { check: false, timeoutSeconds: 120, environment: { SOCLE_PATIENCE: "100" } },
    );
    assert.notEqual(code, 0);
    assert.match(stdout, /Nothing was changed; \S+ is as it was/);
    assert.equal(file(), before);
  });

  it("EVD-09: migrations are not recorded for an image that is not named by its digest", async () => {
    const { code, stderr } = await site.operator.socle(["migrations", "evidence"], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /is not named by its digest, so that no record can be bound to it; nothing was recorded/);
  });

  it("is refused by a record that was changed on the host, which is noticed", async () => {
    const record = join(site.stack.hostState, site.stack.prefix, "releases.jsonl");
    const whole = readFileSync(record, "utf8");
    try {
      writeFileSync(record, whole.replace(`"image":"${images[1] ?? ""}"`, '"image":"another:1"'));
      const listed = await site.operator.socle(["releases"], { check: false });
      assert.equal(listed.code, 1);
      assert.match(
        listed.stderr,
        /The record of releases is not as it was written: line \d+ \(release \d+\) was changed/,
      );
      const refused = await site.operator.socle(["rollback", "--yes"], { check: false });
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /not rolled back by/);
      // The state knows the latest: the end cannot be cut off either.
      writeFileSync(record, `${whole.trimEnd().split("\n").slice(0, -1).join("\n")}\n`);
      assert.match(
        (await site.operator.socle(["releases"], { check: false })).stderr,
        /as the stack's state knows it, is missing/,
      );
    } finally {
      writeFileSync(record, whole);
    }
    assert.deepEqual((await history()).flaws, []);
  });
});
