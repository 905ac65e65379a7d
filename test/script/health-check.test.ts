// The checks of Django's containers, as a release waits for them: they wait themselves for what is starting.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { after, describe, it } from "mocha";

import { freePorts } from "../lab/stack.ts";

const folder = join(import.meta.dirname, "..", "..", "host", "django");

interface Answer {
  code: number | null;
  said: string;
  seconds: number;
}

function check(
  words: readonly [string, ...string[]],
  wait?: number,
  variables: Record<string, string> = {},
): Promise<Answer> {
  const [program, ...rest] = words;
  const began = Date.now();
  const environment = wait === undefined ? {} : { SOCLE_HEALTH_WAIT: String(wait) };
  const child = spawn(program, rest, { cwd: folder, env: { ...process.env, ...variables, ...environment } });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (said += String(part)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, said, seconds: (Date.now() - began) / 1000 });
    });
  });
}

describe("a health check", function () {
  this.timeout(300_000);
  const temporary = mkdtempSync(join(tmpdir(), "socle-health-"));
  after(() => {
    rmSync(temporary, { recursive: true });
  });

  it("of the application says at once that nothing listens, and waits for it where it is told to", async () => {
    const { http: port } = await freePorts();
    const words = ["python3", "health.py", `http://127.0.0.1:${String(port)}/health/`, "site.test"] as const;
    const now = await check([...words]);
    assert.equal(now.code, 1);
    assert.match(now.said, /refused/);

    const waiting = check([...words], 20);
    await sleep(1000);
    const hosts: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      hosts.push(request.headers.host);
      response.end("well");
    });
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    try {
      const { code, said, seconds } = await waiting;
      assert.deepEqual([code, said.trim(), hosts], [0, "200 well", ["site.test"]]);
      assert.ok(seconds < 10, String(seconds));
    } finally {
      server.close();
    }
  });

  it("of the application does not ask again where it was answered: each question stands in the log", async () => {
    let asked = 0;
    const server = createServer((_, response) => {
      asked += 1;
      response.writeHead(503).end("no database");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const { code, said } = await check(
        ["python3", "health.py", `http://127.0.0.1:${String(port)}/`, "site.test"],
        20,
      );
      assert.deepEqual([code, said.trim(), asked], [1, "503 no database", 1]);
    } finally {
      server.close();
    }
  });

  it("F23: of the application takes a redirect for its answer, and asks no proxy", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url);
      if (url === "/well/") response.end("well");
      else response.writeHead(302, { Location: "/well/" }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { http: nobody } = await freePorts();
    try {
      const { port } = server.address() as AddressInfo;
      const ask = (path: string): Promise<Answer> =>
        check(["python3", "health.py", `http://127.0.0.1:${String(port)}${path}`, "site.test"], undefined, {
          http_proxy: `http://127.0.0.1:${String(nobody)}`,
        });
      const redirected = await ask("/health/");
      assert.deepEqual([redirected.code, redirected.said.trim(), asked], [1, "302", ["/health/"]]);
      assert.equal((await ask("/well/")).code, 0);
    } finally {
      server.close();
    }
  });

  it("of the worker waits for its first heartbeat", async () => {
    const file = join(temporary, "alive");
    const now = await check(["sh", "worker-health.sh", file]);
    assert.deepEqual([now.code, now.said.trim()], [1, "no heartbeat for a minute"]);
    const waiting = check(["sh", "worker-health.sh", file], 20);
    await sleep(500);
    writeFileSync(file, "");
    const { code, seconds } = await waiting;
    assert.equal(code, 0);
    assert.ok(seconds < 10, String(seconds));
  });
});
