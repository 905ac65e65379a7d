// The engine of this machine, absent, forbidden or with a port taken: each a clear error, and nothing is made.
import assert from "node:assert/strict";
import { chmod, chown, mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, before, describe, it } from "mocha";

import { leftovers } from "../lab/engine.ts";
import { nothingMade, nothingRegistered, refusal, says } from "./refusal.ts";
import { freePorts, sampleSite, type Sections, type TestStack } from "../lab/stack.ts";

const commands = {
  preview: (stack: TestStack) => stack.preview([], { check: false }),
  up: (stack: TestStack) => stack.up({ check: false }),
};

describe("The engine of this machine, refused", function () {
  this.timeout(300_000);
  let folder: string;
  let ports: { http: number; https: number };
  const servers: Server[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "socle-e2e-"));
    ports = await freePorts();
  });
  after(async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    await rm(folder, { recursive: true });
  });

  const listening = async (place: { path: string } | { port: number; host: string }): Promise<Server> => {
    const server = createServer((socket) => socket.destroy());
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(place, resolve));
    return server;
  };

  const settings = (socket?: string): Sections => ({
    tier: "dev",
    host: { type: "local", ...(socket === undefined ? {} : { socket: `unix://${socket}` }) },
    site: { domains: ["localhost"], ports, tls: { mode: "selfSigned" } },
    ...sampleSite("socle-example-site:dev"),
  });

  for (const [command, run] of Object.entries(commands)) {
    it(`is not there, at ${command}`, async () => {
      const socket = join(folder, "absent.sock");
      const refusing = await refusal(settings(socket), run);
      says(
        refusing,
        `error: host: no Docker engine answers at unix://${socket}; nothing was changed.`,
        "→ Install and start it (`npm start` does on Debian and Ubuntu as root), or set host.socket.",
      );
      nothingRegistered(refusing);
    });

    it(`may not be used, at ${command}`, async () => {
      const socket = join(folder, `${command}.sock`);
      await listening({ path: socket });
      await chmod(socket, 0o600);
      let via: string[] = [];
      if (process.getuid?.() === 0) {
        // Somebody else's socket, and a root who may not pass over that.
        await chown(socket, 65534, 65534);
        via = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-all"];
      } else {
        await chmod(socket, 0);
      }
      const refusing = await refusal(settings(socket), (stack) =>
        command === "up" ? stack.up({ check: false, via }) : stack.preview([], { check: false, via }),
      );
      says(
        refusing,
        "error: host: you may not use the Docker engine; nothing was changed.",
        "→ Join the group: `sudo usermod -aG docker $USER`, then log in again.",
      );
      nothingRegistered(refusing);
    });
  }

  it("has a port of the site taken by somebody else, who is named", async () => {
    const server = await listening({ port: 0, host: "127.0.0.1" });
    const https = (server.address() as AddressInfo).port;
    let name = "";
    const refusing = await refusal(
      { ...settings(), site: { domains: ["localhost"], ports: { ...ports, https }, tls: { mode: "selfSigned" } } },
      (stack) => {
        name = stack.prefix;
        return stack.up({ check: false });
      },
    );
    says(
      refusing,
      "The host is not fit for the stack; nothing was changed on it.",
      `- port ${String(https)} is taken: LISTEN`,
      `pid=${String(process.pid)},`,
      `-> Stop what listens there (\`docker ps --filter publish=${String(https)}\`, \`ss -ltnp\`), then run pulumi up again.`,
    );
    nothingMade(refusing);
    assert.deepEqual(await leftovers(name), []);
  });
});
