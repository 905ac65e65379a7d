import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname, userInfo } from "node:os";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, it } from "mocha";
import { option } from "../../../toolchain/pulumi.ts";
import { clone, node, pulumiHome, run, temporaryFolder, version, type Ended } from "./machine.ts";

const command = join(clone, "toolchain", "pulumi.ts");
// Tests may run inside somebody's own settings; here they must not matter.
const bare = {
  PULUMI_BACKEND_URL: undefined,
  PULUMI_ACCESS_TOKEN: undefined,
  PULUMI_CONFIG_PASSPHRASE: undefined,
  PULUMI_CONFIG_PASSPHRASE_FILE: undefined,
  PULUMI_STACK: undefined,
};
/** Where the CLI keeps the locks of stack dev. */
const locks = join(".socle", "state", ".pulumi", "locks", "organization", "trial", "dev");
const up = ["up", "--yes", "--skip-preview", "-s", "dev"];
const mode = (file: string): string => (statSync(file).mode & 0o777).toString(8);

describe("npm run pulumi", function () {
  this.timeout(300_000);
  let folder: string;
  const pulumi = (args: string[], env: NodeJS.ProcessEnv = {}): Ended =>
    run(node, [command, ...args], { ...bare, ...env }, folder);

  beforeEach(() => {
    folder = temporaryFolder();
    symlinkSync(join(clone, "node_modules"), join(folder, "node_modules"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.mjs\n",
    );
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config: {}\n");
    writeFileSync(
      join(folder, "index.mjs"),
      'import "@pulumi/pulumi";\nimport { readFileSync, readdirSync } from "node:fs";\nexport const node = process.version;\n' +
        'if (process.env.BREAK) throw new Error("broken");\n' +
        `const locks = ${JSON.stringify(join(folder, locks))};\n` +
        "if (process.env.KILL) {\n" +
        '  const [lock] = readdirSync(locks).filter((name) => name.endsWith(".json"));\n' +
        "  // And the language host, which would wait for the CLI for ever.\n" +
        '  for (const pid of [JSON.parse(readFileSync(`${locks}/${lock}`)).pid, process.ppid]) process.kill(pid, "SIGKILL");\n' +
        "}\n",
    );
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("makes a stack with a configuration when it is first named, and says nothing of its own", () => {
    const { status, stdout, stderr } = pulumi(["up", "--yes", "--skip-preview", "-s", "dev"]);
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^Updating \(dev\):/);
    const output = pulumi(["stack", "output", "node", "--stack=dev"]);
    assert.equal(output.stdout, "v24.21.0\n");
    assert.equal(output.stderr, "");
  });

  it("keeps state and passphrase for their owner only, and the passphrase as it is", () => {
    pulumi(["stack", "ls"]);
    assert.equal(mode(join(folder, ".socle")), "700");
    assert.equal(mode(join(folder, ".socle", "state")), "700");
    assert.equal(mode(join(folder, ".socle", "passphrase")), "600");
    const { ino, size } = statSync(join(folder, ".socle", "passphrase"));
    assert.ok(size > 40);
    pulumi(["stack", "ls"]);
    assert.equal(statSync(join(folder, ".socle", "passphrase")).ino, ino);
  });

  it("makes no stack without a configuration", () => {
    const { status, stderr } = pulumi(["preview", "-s", "nowhere"]);
    assert.notEqual(status, 0);
    assert.match(stderr, /no stack named 'nowhere' found/);
  });

  it("ends with the CLI's exit code", () => {
    assert.equal(pulumi(["version"]).status, 0);
    assert.notEqual(pulumi(["up", "--yes", "--skip-preview", "-s", "dev"], { BREAK: "1" }).status, 0);
    assert.notEqual(pulumi(["no-such-command"]).status, 0);
  });

  it("goes on after a run that was killed: frees the state of its lock, and says so", () => {
    const killed = pulumi(up, { KILL: "1" });
    assert.notEqual(killed.status, 0);
    const left = () => readdirSync(join(folder, locks)).filter((name) => name.endsWith(".json"));
    assert.equal(left().length, 1);
    const { status, stdout, stderr } = pulumi(up);
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(
      stderr,
      /^Freed the state of dev: the run that had locked it was killed \(process \d+, since \d{4}-\d\d-\d\d \d\d:\d\d UTC\)\.$/m,
    );
    assert.deepEqual(left(), []);
  });

  it("goes on after a run that was killed in the middle of writing the state", () => {
    assert.equal(pulumi(up).status, 0);
    const stacks = join(folder, ".socle", "state", ".pulumi", "stacks", "trial");
    pulumi(up, { KILL: "1" });
    writeFileSync(join(stacks, "dev.json.attrs"), "");
    writeFileSync(join(stacks, "dev.json.0123456789abcdef.tmp"), '{"version": 3, "check');
    const unreadable = pulumi(["stack", "export", "-s", "dev"]);
    assert.match(unreadable.stderr, /failed to load checkpoint/);
    const { status, stdout, stderr } = pulumi(up);
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.doesNotMatch(readdirSync(stacks).join(), /\.tmp/);
  });

  it("forgets what a run that was killed was making, once a later one has made it", () => {
    assert.equal(pulumi(up).status, 0);
    const file = join(folder, ".socle", "state", ".pulumi", "stacks", "trial", "dev.json");
    const state = JSON.parse(readFileSync(file, "utf8")) as { checkpoint: { latest: Record<string, unknown> } };
    const urn = "urn:pulumi:dev::trial::docker:index/container:Container::web";
    const resource = { urn, custom: true, type: "docker:index/container:Container", inputs: {} };
    state.checkpoint.latest["pending_operations"] = [{ resource, type: "creating" }];
    writeFileSync(file, JSON.stringify(state));
    const pending = () => pulumi(["stack", "export", "-s", "dev"]).stdout.includes("pending_operations");
    assert.ok(pending());
    pulumi(up, { KILL: "1" });
    assert.equal(pulumi(up).status, 0);
    assert.ok(!pending());
  });

  it("leaves the lock of a run that may be alive: of another machine, of another user", () => {
    assert.equal(pulumi(up).status, 0);
    const lock = { pid: 4194999, username: userInfo().username, hostname: hostname(), timestamp: new Date() };
    for (const other of [{ hostname: "elsewhere" }, { username: "somebody" }]) {
      writeFileSync(join(folder, locks, "other.json"), JSON.stringify({ ...lock, ...other }));
      const { status, stdout, stderr } = pulumi(up);
      assert.notEqual(status, 0);
      assert.match(`${stdout}${stderr}`, /currently locked by 1 lock/);
      assert.doesNotMatch(stderr, /^Freed/m);
    }
    // With one of them beside it, the lock of one that is gone stays too.
    writeFileSync(join(folder, locks, "gone.json"), JSON.stringify(lock));
    assert.match(pulumi(up).stderr, /currently locked by 2 lock/);
  });

  it("looks for that lock where the CLI keeps it: a ~ in a backend is the home of the passwd entry, not HOME", () => {
    mkdirSync(join(folder, ".socle", "state"), { recursive: true });
    const backend = `file://~/${relative(userInfo().homedir, join(folder, ".socle", "state"))}`;
    const env = { PULUMI_BACKEND_URL: backend, PULUMI_CONFIG_PASSPHRASE: "own", PULUMI_HOME: pulumiHome, HOME: folder };
    assert.equal(pulumi(["stack", "init", "dev"], env).status, 0);
    mkdirSync(join(folder, locks), { recursive: true });
    const gone = { pid: 4194999, username: userInfo().username, hostname: hostname(), timestamp: new Date() };
    writeFileSync(join(folder, locks, "gone.json"), JSON.stringify(gone));
    const { status, stdout, stderr } = pulumi(up, env);
    assert.equal(status, 0, `${stdout}${stderr}`);
    assert.match(stderr, /^Freed the state of dev/m);
  });

  it("has Pulumi take its plugins from the home that HOME names, as the set-up does", () => {
    const plugin = join(folder, ".pulumi", "plugins", "resource-unheard-of-v0.0.1");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(join(plugin, "pulumi-resource-unheard-of"), "#!/bin/sh\n", { mode: 0o755 });
    symlinkSync(join(pulumiHome, "versions"), join(folder, ".pulumi", "versions"));
    const { stdout, stderr } = pulumi(["plugin", "ls", "--json"], { HOME: folder, PULUMI_HOME: undefined });
    assert.deepEqual(
      (JSON.parse(stdout || "[]") as { name: string }[]).map(({ name }) => name),
      ["unheard-of"],
      stderr,
    );
  });

  it("leaves state alone that is kept elsewhere", () => {
    const other = join(folder, "elsewhere");
    mkdirSync(other);
    const env = { PULUMI_BACKEND_URL: pathToFileURL(other).href, PULUMI_CONFIG_PASSPHRASE: "own" };
    assert.notEqual(pulumi(["preview", "-s", "dev"], env).status, 0, "no stack is made there");
    assert.equal(pulumi(["stack", "init", "dev"], env).status, 0);
    assert.equal(pulumi(["preview", "-s", "dev"], env).status, 0);
    assert.ok(existsSync(join(other, ".pulumi", "stacks", "trial", "dev.json")));
    assert.ok(!existsSync(join(folder, ".socle", "state")));
  });

  it("leaves state alone that Pulumi.yaml places", () => {
    mkdirSync(join(folder, "elsewhere"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      `name: trial\nruntime: nodejs\nbackend: { url: "${pathToFileURL(join(folder, "elsewhere")).href}" }\n`,
    );
    assert.equal(pulumi(["stack", "ls"]).status, 0);
    assert.ok(!existsSync(join(folder, ".socle", "state")));
  });

  describe("with a CLI that tells what it got", () => {
    let env: NodeJS.ProcessEnv;
    beforeEach(() => {
      const bin = join(folder, "home", "versions", version, "bin");
      mkdirSync(bin, { recursive: true });
      const script =
        '#!/bin/sh\ncase "$1" in\n' +
        "  env) command -v node; env | grep ^PULUMI_ ;;\n" +
        "  trap) trap 'echo got TERM; exit 7' TERM; echo ready; for _ in $(seq 200); do sleep 0.1; done ;;\n" +
        "  die) kill -KILL $$ ;;\n  cat) cat ;;\nesac\n";
      writeFileSync(join(bin, "pulumi"), script, { mode: 0o755 });
      env = { PULUMI_HOME: join(folder, "home") };
    });

    it("puts the clone's Node first and asks for no updates", () => {
      const { stdout } = pulumi(["env"], env);
      assert.match(stdout, new RegExp(`^${join(clone, "node_modules", ".bin", "node")}\n`));
      assert.match(stdout, /^PULUMI_SKIP_UPDATE_CHECK=true$/m);
      assert.doesNotMatch(stdout, /AUTOMATIC_PLUGIN/);
      assert.match(stdout, new RegExp(`^PULUMI_CONFIG_PASSPHRASE_FILE=${folder}/.socle/passphrase$`, "m"));
    });

    it("names Pulumi's home by its whole path, whatever folder Pulumi goes to", () => {
      assert.match(pulumi(["env"], { PULUMI_HOME: "home" }).stdout, new RegExp(`^PULUMI_HOME=${folder}/home$`, "m"));
    });

    it("keeps a toolchain that was built here from trying downloads", () => {
      writeFileSync(join(folder, "home", ".toolchain"), "stamp\n");
      assert.match(pulumi(["env"], env).stdout, /^PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true$/m);
    });

    it("keeps a passphrase of the user's own, be it empty", () => {
      for (const own of ["secret", ""])
        assert.doesNotMatch(pulumi(["env"], { ...env, PULUMI_CONFIG_PASSPHRASE: own }).stdout, /PASSPHRASE_FILE/);
    });

    it("hands signals on from the beginning, and waits for the end", async () => {
      // A busy machine: the CLI is at work before its caller goes on.
      const busy =
        'const processes = require("node:child_process"), { spawn } = processes;\n' +
        "processes.spawn = (...words) => {\n  const child = spawn(...words);\n" +
        "  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);\n  return child;\n};\n" +
        'require("node:module").syncBuiltinESMExports();\n';
      writeFileSync(join(folder, "busy.cjs"), busy);
      const child = spawn(node, ["--require", join(folder, "busy.cjs"), command, "trap"], {
        cwd: folder,
        env: { ...process.env, ...bare, ...env },
      });
      let output = "";
      child.stdout.on("data", (text: Buffer) => {
        output += text.toString();
        if (output === "ready\n") child.kill("SIGTERM");
      });
      const code = await new Promise((ended) => child.on("close", ended));
      assert.equal(output, "ready\ngot TERM\n");
      assert.equal(code, 7);
    });

    it("ends by the signal that ended the CLI", () => {
      assert.equal(pulumi(["die"], env).signal, "SIGKILL");
    });
  });

  it("says what to do when there is no CLI", () => {
    const { status, stderr } = pulumi(["version"], { PULUMI_HOME: folder, PATH: "/usr/bin:/bin" });
    assert.equal(status, 1);
    assert.match(
      stderr,
      new RegExp(`The Pulumi CLI ${version} is neither in ${folder} nor on PATH.*Run toolchain/setup.sh`),
    );
  });

  it("reads the stack's name in every form, and not behind --", () => {
    for (const args of [["-s", "dev"], ["-sdev"], ["--stack", "dev"], ["--stack=dev"]])
      assert.equal(option(["up", ...args], "--stack", "-s"), "dev");
    assert.equal(option(["up", "--skip-preview"], "--stack", "-s"), undefined);
    assert.equal(option(["config", "set", "key", "--", "-s"], "--stack", "-s"), undefined);
  });
});
