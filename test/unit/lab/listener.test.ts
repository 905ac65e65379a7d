import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Socket } from "node:net";

import { afterEach, beforeEach, describe, it } from "mocha";

import { Listener } from "../../lab/listener.ts";

/** A control frame as a server sends it, and its kind as RFC 6455, 5.2 numbers it. */
const frame = (kind: number, data: string): Buffer => Buffer.from([0x80 | kind, data.length, ...Buffer.from(data)]);
const [ping, pong] = [9, 10];

describe("the lab's WebSocket client", () => {
  let server: Server;
  let listener: Listener;
  let socket: Socket;
  let received: Buffer;

  beforeEach(async () => {
    const words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"];
    const pem = execFileSync("openssl", [...words, "-subj", "/CN=localhost", "-keyout", "-", "-out", "-"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    server = createServer({ key: pem, cert: pem });
    received = Buffer.alloc(0);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    listener = new Listener(`wss://localhost:${(server.address() as AddressInfo).port}/`, {});
    [, socket] = (await once(server, "upgrade")) as [unknown, Socket];
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.on("data", (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  });
  afterEach(() => {
    listener.close();
    socket.destroy();
    server.close();
  });

  /** Data of the client's first frame of a kind, whose mask is zeros. */
  const dataOf = async (kind: number): Promise<string> => {
    for (;;) {
      let rest = received;
      while (rest.length >= 6) {
        const [first = 0, second = 0] = rest;
        assert.equal(second & 0x80, 0x80, "clients mask what they send (RFC 6455, 5.1)");
        const end = 6 + (second & 0x7f);
        if ((first & 15) === kind && rest.length >= end) return rest.subarray(6, end).toString();
        rest = rest.subarray(end);
      }
      await once(socket, "data");
    }
  };

  it("answers a ping with a pong that carries the ping's data (RFC 6455, 5.5.3)", async () => {
    socket.write(frame(ping, "\u0000still there?"));
    assert.equal(await dataOf(pong), "\u0000still there?");
  });

  it("answers an empty ping with an empty pong", async () => {
    socket.write(frame(ping, ""));
    assert.equal(await dataOf(pong), "");
  });

  it("keeps what a page would show, and counts the answers to its own signs of life", async () => {
    await dataOf(1);
    socket.write(Buffer.concat([frame(1, "a copy"), frame(1, '{"type":"pong"}'), frame(ping, "x")]));
    await dataOf(pong);
    assert.deepEqual([listener.heard, listener.pongs, listener.close()], [["a copy"], 1, []]);
  });
});
