import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openBrowser } from "../../lab/browser.ts";
import { docker } from "../../lab/command.ts";
import { request } from "../../lab/http.ts";

const page = `<!doctype html><title>Lab</title><h1>Lab</h1><script>
  document.querySelector("h1").textContent = location.hostname;
  if (location.pathname === "/broken") { console.error("told so"); throw new Error("thrown"); }
</script>`;

describe("browser and requests of the lab", function () {
  this.timeout(300_000);
  let server: Server;
  let port: number;
  before(async () => {
    server = createServer((incoming, outgoing) => {
      if (incoming.url === "/moved") {
        outgoing.writeHead(302, { Location: "/" }).end();
        return;
      }
      const echo = `${incoming.method ?? ""} ${incoming.headers.host ?? ""} ${incoming.headers["x-trial"]?.toString() ?? ""}`;
      outgoing.writeHead(200, { "Content-Type": "text/html", "X-Echo": echo }).end(page);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  it("shows a page under a name of its own, and tells what the page complained about", async () => {
    const folder = await mkdtemp(join(tmpdir(), "socle-browser-"));
    const browser = await openBrowser({ hosts: { "site.socle.test": `127.0.0.1:${String(port)}` } });
    try {
      const answer = await browser.page.goto("http://site.socle.test/deep/link");
      assert.equal(answer?.status(), 200);
      assert.equal(await browser.page.textContent("h1"), "site.socle.test");
      assert.deepEqual(browser.complaints, []);
      await browser.page.goto("http://site.socle.test/broken");
      assert.deepEqual([...browser.complaints].sort(), ["thrown", "told so"]);
      const picture = join(folder, "pictures", "page.png");
      await browser.screenshot(picture);
      assert.equal((await readFile(picture)).subarray(1, 4).toString(), "PNG");
    } finally {
      await browser.close();
      await rm(folder, { recursive: true });
    }
  });

  it("goes on while the machine's networks change", async () => {
    const network = `socle-browser-${randomBytes(4).toString("hex")}`;
    const browser = await openBrowser({ hosts: { "site.socle.test": `127.0.0.1:${String(port)}` } });
    try {
      await browser.page.goto("http://site.socle.test/");
      const asking = browser.page.evaluate(
        `(async () => { window.asked = 0; while (!window.enough) { await fetch("/"); window.asked += 1; } return true; })()`,
      );
      for (let change = 0; change < 3; change += 1) {
        await docker(["network", "create", network]);
        await docker(["network", "rm", network]);
      }
      assert.ok(Number(await browser.page.evaluate("window.enough = true, window.asked")) > 10);
      assert.equal(await asking, true);
    } finally {
      await browser.close();
    }
  });

  it("asks with the name, method and headers given, and follows no redirect", async () => {
    const question = { address: "127.0.0.1", port, scheme: "http", name: "site.socle.test" } as const;
    const answer = await request({ ...question, method: "PUT", headers: { "X-Trial": "yes" }, body: "data" });
    assert.equal(answer.headers["x-echo"], "PUT site.socle.test yes");
    assert.equal(answer.body, page);
    const moved = await request({ ...question, path: "/moved" });
    assert.equal(moved.status, 302);
    assert.equal(moved.headers.location, "/");
  });

  it("says what could not be reached", async () => {
    await assert.rejects(
      request({ address: "127.0.0.1", port: 1, name: "site.test" }),
      /GET https:\/\/site\.test\/ at 127\.0\.0\.1:1: .*ECONNREFUSED/,
    );
  });
});
