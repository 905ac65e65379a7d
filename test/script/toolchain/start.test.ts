import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { clone, copyOfClone, node, run } from "./machine.ts";

// A small program in place of the site: what is tested here is what npm start
// itself does. That it brings the site up is tested end to end.
const program = `
import "@pulumi/pulumi";
if (process.env.BREAK) throw new Error("the database is on fire");
export const url = process.env.SITE;
export const adminUser = "ada";
`;

describe("npm start, after the set-up", function () {
  this.timeout(300_000);
  let folder: string, server: Server, answers: number[];

  beforeEach((done) => {
    folder = copyOfClone({ packages: true });
    copyFileSync(join(clone, "examples", "Pulumi.dev.yaml"), join(folder, "examples", "Pulumi.dev.yaml"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: trial\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.mjs\n",
    );
    writeFileSync(join(folder, "index.mjs"), program);
    const request =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -keyout key.pem -out cert.pem";
    assert.equal(run("openssl", request.split(" "), {}, folder).status, 0);
    answers = [];
    const tls = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) };
    server = createServer(tls, (_, response) => response.writeHead(answers.shift() ?? 200).end());
    server.listen(0, "127.0.0.1", done);
  });
  afterEach((done) => {
    rmSync(folder, { recursive: true });
    server.close(done);
  });

  // Not spawnSync: the site lives in this very process.
  function start(more: NodeJS.ProcessEnv = {}): Promise<{ code: number | null; output: string }> {
    const site = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const env: NodeJS.ProcessEnv = { ...process.env, SITE: site, ...more };
    for (const name of ["BACKEND_URL", "ACCESS_TOKEN", "STACK"]) env[`PULUMI_${name}`] = undefined;
    return new Promise((ended) => {
      const child = spawn(node, [join(folder, "toolchain", "start.ts")], { env });
      let output = "";
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text: Buffer) => {
          output += text.toString();
        });
      child.on("close", (code) => {
        ended({ code, output });
      });
    });
  }

  it("brings the stack up, waits until the site serves, and says what to try", async () => {
    answers = [502, 503, 404];
    const { code, output } = await start();
    assert.equal(code, 0, output);
    assert.equal(answers.length, 0, "it waited for a good answer");
    assert.match(output, /Pulumi\.dev\.yaml: copied from examples/);
    assert.match(output, /Updating \(dev\):/);
    assert.match(output, /address +https:\/\/127\.0\.0\.1:\d+\/ /);
    assert.match(output, /sign in +ada, .*\n +npm run -s pulumi -- stack output adminPassword --show-secrets -s dev\n/);
    for (const next of ["preview", "up", "destroy"])
      assert.match(output, new RegExp(`npm run -s pulumi -- ${next} -s dev\\n`));
    assert.doesNotMatch(output, /\x1b/, "no colours where there is no terminal");
  });

  it("keeps a configuration that is there", async () => {
    const own = "config:\n  trial:mine: yes\n";
    writeFileSync(join(folder, "Pulumi.dev.yaml"), own);
    const { code, output } = await start();
    assert.equal(code, 0, output);
    assert.match(readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8"), /trial:mine/);
    assert.doesNotMatch(output, /copied/);
  });

  it("fails with the reason when the program does", async () => {
    const { code, output } = await start({ BREAK: "1" });
    assert.equal(code, 1);
    assert.match(output, /the database is on fire/);
    assert.match(output, /npm start: pulumi up ended with exit code \d+; .*run npm start again/);
    assert.ok(!output.includes("The site is up"));
  });

  it("fails when the stack names no address", async () => {
    writeFileSync(join(folder, "index.mjs"), 'import "@pulumi/pulumi";\n');
    const { code, output } = await start();
    assert.equal(code, 1);
    assert.match(output, /The stack dev has no output "url"/);
    assert.ok(existsSync(join(folder, ".socle", "state")));
  });
});
