// Two deployments of one stack at once, a freeze by hand; and what a webhook is told of it all.
import assert from "node:assert/strict";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Receiver } from "../lab/receiver.ts";
import { run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { changingSite } from "./local-site.ts";
import type { TestStack } from "../lab/stack.ts";

describe("A deployment of a local stack", function () {
  this.timeout(180_000);
  this.slow(60_000);
  let receiver: Receiver;
  // Before the site goes, where nobody else uses it.
  after(async () => {
    await site().stack.removeCredential("webhook");
    const { notifications: _, ...settings } = site().stack.settings;
    await site().stack.replace(settings);
    await site().up();
    await receiver.stop();
  });
  const site = changingSite.use();
  /** Messages before the present test. */
  let told = 0;
  before(async () => {
    receiver = await Receiver.start();
    await site().stack.setCredential("webhook", receiver.address);
    // What watches the backups has a test of its own.
    await site().stack.configure({ notifications: { events: ["start", "success", "failure", "rollback"] } });
  });

  const socle = (stack: TestStack, ...words: string[]): Promise<Result> =>
    run("node", ["operations/socle.ts", ...words, "--stack", stack.name], {
      directory: stack.folder,
      check: false,
      environment: stack.environment(),
    });
  const locked = async (): Promise<boolean> =>
    (await readFile(join(site().stack.folder, "host", site().stack.prefix, "lock"), "utf8").catch(() => "")) !== "";
  /** The same stack from another clone: with a state of its own that knows nothing of the first. */
  const elsewhere = async (words: string[]): Promise<Result & { registered: number }> => {
    const { stack } = site();
    const state = join(stack.folder, "elsewhere");
    await rm(state, { recursive: true, force: true });
    await mkdir(state);
    const environment = { ...stack.environment(), PULUMI_BACKEND_URL: `file://${state}` };
    const pulumi = (...args: string[]): Promise<Result> =>
      run("node_modules/.bin/pulumi", [...args, "--non-interactive", "--color", "never"], {
        directory: stack.folder,
        check: false,
        environment,
      });
    const kept = join(stack.folder, "settings.yaml");
    await cp(stack.file, kept);
    try {
      await pulumi("stack", "init", stack.name);
      const result = await pulumi(...words, "--stack", stack.name);
      const { stdout } = await pulumi("stack", "export", "--stack", stack.name);
      const { resources = [] } = (JSON.parse(stdout) as { deployment: { resources?: { type: string }[] } }).deployment;
      return { ...result, registered: resources.filter(({ type }) => type !== "pulumi:pulumi:Stack").length };
    } finally {
      await cp(kept, stack.file);
    }
  };

  it("keeps a second one out, from another state too: it says who is at work, and touches nothing", async () => {
    told = receiver.messages.length;
    const image = await site().derivedImage("locked");
    await site().stack.configure(site().changed("application", { image }));
    const first = site().stack.up();
    await until("the first holds the lock", 60, locked);

    const second = await elsewhere(["up", "--yes", "--skip-preview"]);
    assert.notEqual(second.code, 0);
    const said = `${second.stdout}${second.stderr}`;
    assert.match(
      said,
      /error: lock: \S+@\S+ has held the stack since \d\d:\d\d UTC \(\d+ s ago\), until \d\d:\d\d UTC unless it goes on: pulumi up; nothing was changed\.\n +→ Wait for its end\. If it was killed, the lock frees itself at \d\d:\d\d UTC/,
    );
    assert.equal(second.registered, 0);
    const preview = await elsewhere(["preview"]);
    assert.equal(preview.code, 0, "a plan may be made meanwhile");
    assert.match(preview.stdout, /warning: lock: \S+@\S+ has held the stack since/);

    await first;
    site().output = await site().stack.outputs();
    await until("the lock is released", 3, async () => !(await locked()));
    assert.equal((await socle(site().stack, "lock", "--show")).stdout, `Stack ${site().stack.name} is not locked.\n`);
    await site().stack.preview(["--expect-no-changes"]);
  });

  it("is told of, at its start and at its end: who, what, how long", async () => {
    const { name } = site().stack;
    assert.match(
      await receiver.message(told + 1),
      new RegExp(`^\\*🚀 ${name}: deployment started\\*\nsite https://localhost:`),
    );
    assert.match(
      await receiver.message(told + 2),
      new RegExp(
        `^\\*✅ ${name}: deployed after \\d+ s\\*\nsite \\S+ · image \`socle-e2e-image:${name}-\\d+\` · by \\S+@\\S+$`,
      ),
    );
    assert.equal(receiver.messages.length, told + 2, "the one that was refused told nothing");
  });

  it("is told of when it fails: why, in one line", async () => {
    told = receiver.messages.length;
    const { stack } = site();
    const settings = stack.settings;
    const good = (settings["application"] as { commands?: object }).commands ?? {};
    await stack.configure(
      site().changed("application", { commands: { ...good, collectstatic: ["sh", "-c", "echo no room >&2; exit 1"] } }),
    );
    try {
      assert.notEqual((await stack.up({ check: false })).code, 0);
      assert.match(
        await receiver.message(told + 2),
        new RegExp(`^\\*❌ ${stack.name}: deployment failed after \\d+ s\\*\ncollectstatic: no room`),
      );
      await until("the lock is released", 10, async () => !(await locked()));
    } finally {
      await stack.configure({ application: settings["application"] });
    }
  });

  it("waits for the end of a freeze, which has an owner and a reason", async () => {
    const { stack } = site();
    const frozen = await socle(stack, "lock", "--reason", "accounts close", "--for", "2h");
    assert.match(
      frozen.stdout,
      /^Locked: \S+@\S+ has held the stack since .* \(0 s ago\), until .* UTC: accounts close\./,
    );
    try {
      const { code, stdout } = await stack.up({ check: false });
      assert.notEqual(code, 0);
      assert.match(stdout, /error: lock: .*: accounts close; nothing was changed\.\n +→ Ask \S+@\S+, who releases it/);
      assert.match((await socle(stack, "lock", "--show")).stdout, /^Locked: .*: accounts close\.$/m);
    } finally {
      const released = await socle(stack, "unlock");
      assert.match(released.stdout, /^Released\. Before: .*accounts close\.$/m, released.stderr);
    }
    told = receiver.messages.length;
    await stack.up();
    // Its end is told by what watches over it.
    assert.match(await receiver.message(told + 2), /deployed after/);
  });

  it("can be told of on trial: `socle notify`", async () => {
    const { stack } = site();
    told = receiver.messages.length;
    assert.equal((await socle(stack, "notify")).stdout, `${new URL(receiver.address).host} took the message.\n`);
    assert.match(await receiver.message(told + 1), /^\*👋 .*: a test message\*/);
    receiver.statuses.push(410, 410, 410);
    const { code, stderr } = await socle(stack, "notify");
    assert.equal(code, 1);
    assert.match(stderr, /^credentials:webhook: 127\.0\.0\.1:\d+ answered 410; the message was not taken\.\n {4}→ /);
    assert.doesNotMatch(stderr, /6f70656e/);
  });
});
