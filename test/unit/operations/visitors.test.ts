// Visitors of a site while it changes: what counts as a failure, and what does not.
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { afterEach, describe, it } from "mocha";

import { firstFailure, type Visit, Visitors } from "../../../operations/visitors.ts";

describe("visitors", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.close();
      server.closeAllConnections();
    }
  });

  async function listening(answer: RequestListener): Promise<Visit> {
    const server = createServer(answer);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return { method: "GET", url: `http://127.0.0.1:${port}/`, headers: {}, status: 200, timeout: 1 };
  }

  async function visited(visit: Visit, seconds = 0.6): Promise<Visitors> {
    const visitors = new Visitors([visit]);
    await sleep(seconds * 1000);
    await visitors.stop();
    return visitors;
  }

  it("ask on by six, half of them over one connection each, and find nothing where each is answered", async () => {
    const connections = new Set<unknown>();
    let asked = 0;
    const { requests, failures } = await visited(
      await listening((request, response) => {
        connections.add(request.socket);
        asked += 1;
        response.end("well");
      }),
    );
    assert.deepEqual(failures, []);
    assert.ok(requests >= 18, String(requests));
    assert.equal(asked, requests);
    assert.ok(connections.size < requests && connections.size > requests / 3, `${connections.size} of ${requests}`);
  });

  it("count an answer from 500 on and none at all, not a page that a release does not have", async () => {
    const statuses = [200, 404, 502];
    let asked = 0;
    const { requests, failures } = await visited(
      await listening((request, response) => {
        asked += 1;
        const status = statuses[asked % 4];
        if (status === undefined) request.socket.destroy();
        else response.writeHead(status).end();
      }),
    );
    assert.ok(requests >= 12);
    const share = failures.length / requests;
    assert.ok(share > 0.3 && share < 0.7, `${failures.length} of ${requests}`);
    assert.ok(failures.some((failure) => failure.endsWith("status 502")));
    assert.ok(failures.some((failure) => /socket hang up|ECONNRESET/.test(failure)));
    assert.ok(!failures.some((failure) => failure.endsWith("status 404")));
  });

  it("count an answer that does not come in its time", async () => {
    const visit = await listening(() => undefined);
    const { failures } = await visited({ ...visit, timeout: 0.2 });
    assert.ok(failures.length > 0);
  });

  it("ask anew where a connection was closed while nobody used it", async () => {
    const { requests, failures } = await visited(
      await listening((request, response) => {
        response.end("well");
        // Closed behind the answer, while the client takes it for alive.
        setTimeout(() => request.socket.destroy(), 95);
      }),
      2,
    );
    assert.deepEqual(failures, []);
    assert.ok(requests > 60);
  });

  it("say beforehand which page is not as it should be", async () => {
    const well = await listening((_, response) => response.end("well"));
    const ill = await listening((_, response) => response.writeHead(404).end());
    assert.equal(await firstFailure([well]), undefined);
    assert.equal(await firstFailure([well, ill]), `${ill.url}: status 404 instead of 200`);
    assert.match((await firstFailure([{ ...well, url: "http://127.0.0.1:1/" }])) ?? "", /ECONNREFUSED/);
  });
});
