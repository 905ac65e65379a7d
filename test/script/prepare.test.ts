// prepare.sh where it refuses: everything that is wrong at once, before anything is changed. What it installs on a bare
// server, the journeys on servers show.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

import { after, before, describe, it } from "mocha";

import { docker, Folder, runScript } from "./machine.ts";

const refused = "The host is not fit for the stack; nothing was changed on it.";

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { server, port: address.port };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const { server, port } = await listen();
  server.close();
  await once(server, "close");
  return port;
}

describe("prepare.sh", function () {
  this.timeout(300_000);
  const stack = `socle-test-${randomBytes(4).toString("hex")}`;
  let folder: Folder;
  let taken: { server: Server; port: number };
  let http: number;
  let https: number;
  before(async () => {
    folder = new Folder();
    taken = await listen();
    http = await freePort();
    https = await freePort();
  });
  after(() => {
    taken.server.close();
    folder.remove();
  });

  const prepare = (
    given: Record<string, string>,
    environment: Record<string, string> = {},
  ): { status: number | null; stdout: string; stderr: string } => {
    const { status, stdout, stderr } = runScript("prepare.sh", given, { environment });
    return { status, stdout: stdout.toString(), stderr: stderr.toString() };
  };
  const local = (first: number, second: number): Record<string, string> => ({
    ...{ mode: "local", stack, http: String(first), https: String(second) },
    ...{ cpus: "0", memory: "0", disk: "0", user: "you" },
  });

  const tooMuch = { cpus: "1000", memory: "100000000", disk: "1000000" };

  it("finds a fit host fit, and says which engine it has", () => {
    const version = docker("version", "--format", "{{.Server.Version}}");
    assert.deepEqual(prepare(local(http, https)), { status: 0, stdout: `Docker ${version} is ready\n`, stderr: "" });
  });

  it("names who listens on a port that is taken", () => {
    const { status, stdout, stderr } = prepare(local(http, taken.port));
    assert.equal(status, 1);
    assert.equal(stdout, "");
    const port = String(taken.port);
    const [first, problem = "", mend] = stderr.split("\n");
    assert.equal(first, refused);
    assert.ok(problem.startsWith(`  - port ${port} is taken: LISTEN`), problem);
    assert.ok(problem.includes(`127.0.0.1:${port}`), problem);
    assert.ok(problem.includes(`pid=${String(process.pid)},`), problem);
    assert.equal(
      mend,
      `    -> Stop what listens there (\`docker ps --filter publish=${port}\`, \`ss -ltnp\`), then run pulumi up again.`,
    );
  });

  it("finds a taken port without ss too", () => {
    const path = folder.only("sh", "awk", "cat", "docker", "dirname", "grep", "head", "tail");
    const port = String(taken.port);
    assert.equal(
      prepare(local(taken.port, https), { PATH: path }).stderr,
      `${refused}\n  - port ${port} is taken: a listening socket\n    -> Stop what listens there (\`docker ps --filter publish=${port}\`, \`ss -ltnp\`), then run pulumi up again.\n`,
    );
    assert.equal(prepare(local(http, https), { PATH: path }).status, 0);
  });

  it("takes a port of the stack's own containers for free, and one of another stack's for taken", () => {
    const container = docker(
      "run",
      "--detach",
      "--rm",
      `--label=socle.stack=${stack}`,
      `--publish=127.0.0.1:${String(http)}:80`,
      "nginx:1.26",
    );
    try {
      assert.equal(prepare({ ...local(http, https), again: "yes" }).status, 0);
      const other = prepare({ ...local(http, https), stack: `${stack}-other` });
      assert.equal(other.status, 1);
      assert.match(other.stderr, new RegExp(`port ${String(http)} is taken: .*docker`));
    } finally {
      docker("rm", "--force", "--volumes", container);
    }
  });

  it("takes nobody else's containers for its own: two states with one stack name", () => {
    const container = docker("create", `--label=socle.stack=${stack}`, "nginx:1.26");
    try {
      const { status, stderr } = prepare(local(http, https));
      assert.equal(status, 1);
      assert.match(stderr, new RegExp(`- containers of a stack named ${stack} are here`));
      assert.match(stderr, /-> Destroy that stack from where it was made, or give this one another name/);
      assert.match(stderr, /the backups go on with a new key: the one before it is kept on this host/);
      assert.ok(stderr.includes(`\`docker rm -f $(docker ps -aq --filter label=socle.stack=${stack})\``), stderr);
      assert.equal(prepare({ ...local(http, https), again: "yes" }).status, 0);
    } finally {
      docker("rm", container);
    }
  });

  it("says that Docker is missing, and what to do", () => {
    const path = folder.only("sh", "awk", "cat", "dirname", "grep", "head", "tail", "ss");
    assert.equal(
      prepare(local(http, https), { PATH: path }).stderr,
      `${refused}\n  - Docker is not installed\n    -> Install it (https://docs.docker.com/engine/install/), or set host.prepare to true.\n`,
    );
  });

  it("says that the engine does not answer, with the engine's own words", () => {
    const { status, stderr } = prepare(local(http, https), { DOCKER_HOST: `unix://${folder.path}/no.sock` });
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^ {2}- the Docker engine does not answer: .*no\.sock.*\n {4}-> Start it \(`systemctl start docker`\), and see that you may use it\.$/m,
    );
  });

  it("reports a machine that is too small in every way at once, with a port that is taken", () => {
    const { status, stdout, stderr } = prepare({ ...local(taken.port, https), ...tooMuch, mode: "check" });
    assert.equal(status, 1);
    assert.equal(stdout, "");
    const problems = stderr.split("\n").filter((line) => line.startsWith("  - "));
    const mends = stderr.split("\n").filter((line) => line.startsWith("    -> "));
    assert.equal(problems.length, 4, stderr);
    assert.match(problems[0] ?? "", /^ {2}- port \d+ is taken/);
    assert.match(problems[1] ?? "", /^ {2}- found \d+ processors, the stack needs 1000$/);
    assert.match(problems[2] ?? "", /^ {2}- found \d+ MiB of memory, the stack needs 100000000$/);
    assert.match(problems[3] ?? "", /^ {2}- found a disk of \d+ GiB under \/.*, the stack needs 1000000$/);
    assert.deepEqual(mends.slice(1), [
      "    -> Choose a larger server, or lower host.minimum.cpus.",
      "    -> Choose a larger server, or lower host.minimum.memory.",
      "    -> Choose a larger disk, or lower host.minimum.disk.",
    ]);
  });

  it("asks nothing of the machine itself on a local host", () => {
    assert.equal(prepare({ ...local(http, https), ...tooMuch }).status, 0);
  });
});
