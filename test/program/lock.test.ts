// Two deployments of one stack at once, a freeze by hand; and what a webhook is told of it all.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { Cli } from "../../toolchain/cli.ts";
import { run, type Result } from "../lab/command.ts";
import { until } from "../lab/deadline.ts";
import { Receiver } from "../lab/receiver.ts";
import { SmallSite } from "./small-site.ts";

describe("A deployment of a local stack", function () {
  this.timeout(300_000);
  this.slow(20_000);
  let receiver: Receiver;
  let site: SmallSite;
  /** Another clone, with a state of its own that knows nothing of the first. */
  let clone: string;
  /** Messages before the present test. */
  let told = 0;
  before(async () => {
    clone = await mkdtemp(join(tmpdir(), "socle-elsewhere-"));
    receiver = await Receiver.start();
    site = await SmallSite.create();
    await site.stack.setCredential("webhook", receiver.address);
    // What watches the backups has a test of its own.
    await site.up({ notifications: { events: ["start", "success", "failure", "rollback"] } });
    await receiver.message(2);
  });
  after(async () => {
    await site.remove();
    await receiver.stop();
    await rm(clone, { recursive: true });
  });

  const locked = async (): Promise<boolean> =>
    (await readFile(join(site.stack.hostState, site.stack.prefix, "lock"), "utf8").catch(() => "")) !== "";
  const socle = (...words: string[]): Promise<Result> => site.operator.socle(words, { check: false });
  const elsewhere = async (...words: string[]): Promise<Result> => {
    const environment = { ...site.stack.environment(), PULUMI_BACKEND_URL: `file://${join(clone, "state")}` };
    const options = ["--stack", site.stack.name, "--non-interactive", "--color", "never"];
    return run(new Cli(process.env).path, [...words, ...options], { directory: clone, check: false, environment });
  };

  it("keeps a second one out, from another state too: it says who is at work, and touches nothing", async () => {
    told = receiver.messages.length;
    const image = await site.derivedImage("locked");
    await site.stack.configure(site.changed("application", { image }));
    await site.elsewhere(clone);
    await mkdir(join(clone, "state"));
    assert.equal((await elsewhere("stack", "init")).code, 0);
    // The first waits for its worker until the second has been seen.
    await site.unwell(true);
    const first = site.stack.up();
    try {
      await until("the first holds the lock", 60, locked);
      const second = await elsewhere("up", "--yes", "--skip-preview");
      assert.notEqual(second.code, 0);
      assert.match(
        `${second.stdout}${second.stderr}`,
        /error: lock: \S+@\S+ has held the stack since \d\d:\d\d UTC \(\d+ s ago\), until \d\d:\d\d UTC unless it goes on: pulumi up; nothing was changed\.\n +→ Wait for its end\. If it was killed, the lock frees itself at \d\d:\d\d UTC/,
      );
      const { deployment } = JSON.parse((await elsewhere("stack", "export")).stdout) as {
        deployment: { resources?: { type: string }[] };
      };
      const registered = (deployment.resources ?? []).map(({ type }) => type);
      assert.deepEqual(registered, ["pulumi:pulumi:Stack"]);
      const preview = await elsewhere("preview");
      assert.equal(preview.code, 0, "a plan may be made meanwhile");
      assert.match(preview.stdout, /warning: lock: \S+@\S+ has held the stack since/);
    } finally {
      await site.unwell(false);
      await Promise.allSettled([first]);
    }

    await first;
    site.output = await site.stack.outputs();
    await until("the lock is released", 10, async () => !(await locked()));
    assert.equal((await socle("lock", "--show")).stdout, `Stack ${site.stack.name} is not locked.\n`);
    await site.stack.preview(["--expect-no-changes"]);
  });

  it("is told of, at its start and at its end: who, what, how long", async () => {
    const { name } = site.stack;
    assert.match(
      await receiver.message(told + 1),
      new RegExp(`^\\*🚀 ${name}: deployment started\\*\nsite https://localhost:`),
    );
    assert.match(
      await receiver.message(told + 2),
      new RegExp(
        `^\\*✅ ${name}: deployed after \\d+ s\\*\nsite \\S+ · image \`socle-small-${name}:\\d+\` · by \\S+@\\S+$`,
      ),
    );
    assert.equal(receiver.messages.length, told + 2, "the one that was refused told nothing");
  });

  it("is told of when it fails: why, in one line", async () => {
    told = receiver.messages.length;
    const { stack } = site;
    const { application } = stack.settings;
    const { commands } = application as { commands: object };
    await stack.configure(
      site.changed("application", {
        commands: { ...commands, collectstatic: ["sh", "-c", "echo no room >&2; exit 1"] },
      }),
    );
    try {
      assert.notEqual((await stack.up({ check: false })).code, 0);
      assert.match(
        await receiver.message(told + 2),
        new RegExp(`^\\*❌ ${stack.name}: deployment failed after \\d+ s\\*\ncollectstatic: no room`),
      );
      await until("the lock is released", 10, async () => !(await locked()));
    } finally {
      await stack.configure({ application });
    }
  });

  it("waits for the end of a freeze, which has an owner and a reason", async () => {
    const { stack } = site;
    const frozen = await socle("lock", "--reason", "accounts close", "--for", "2h");
    assert.match(
      frozen.stdout,
      /^Locked: \S+@\S+ has held the stack since .* \(0 s ago\), until .* UTC: accounts close\./,
    );
    try {
      const { code, stdout } = await stack.up({ check: false });
      assert.notEqual(code, 0);
      assert.match(stdout, /error: lock: .*: accounts close; nothing was changed\.\n +→ Ask \S+@\S+, who releases it/);
      assert.match((await socle("lock", "--show")).stdout, /^Locked: .*: accounts close\.$/m);
    } finally {
      const released = await socle("unlock");
      assert.match(released.stdout, /^Released\. Before: .*accounts close\.$/m, released.stderr);
    }
    told = receiver.messages.length;
    await stack.up();
    // Its end is told by what watches over it.
    assert.match(await receiver.message(told + 2), /deployed after/);
  });

  it("can be told of on trial: `socle notify`", async () => {
    told = receiver.messages.length;
    assert.equal((await socle("notify")).stdout, `${new URL(receiver.address).host} took the message.\n`);
    assert.match(await receiver.message(told + 1), /^\*👋 .*: a test message\*/);
    receiver.statuses.push(410, 410, 410);
    const { code, stderr } = await socle("notify");
    assert.equal(code, 1);
    assert.match(stderr, /^credentials:webhook: 127\.0\.0\.1:\d+ answered 410; the message was not taken\.\n {4}→ /);
    assert.doesNotMatch(stderr, /6f70656e/);
  });
});
