// Nginx in front of a running stack: ports, routes, limits, and what it tells the application.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { describe, it } from "mocha";

import { docker } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { inspect, within } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { pdf } from "../../lab/pdf.ts";
import type { Question } from "../../lab/visitor.ts";

const overhear = readFileSync(new URL("overhear.py", import.meta.url), "utf8");

export function web(site: () => LocalSite): void {
  describe("web server of a local stack", function () {
    this.timeout(300_000);
    const ask = (question: Question) => site().visitor().ask(question);

    it("A5: Nginx publishes the two ports of the settings, and nobody else publishes any", async () => {
      const published = await Promise.all(
        (await site().containers()).map(async (name) => {
          const { NetworkSettings } = await inspect(name);
          const ports = Object.values(NetworkSettings.Ports).flatMap((list) =>
            (list ?? []).map(({ HostPort }) => Number(HostPort)),
          );
          return ports.length > 0 ? [[name, ports.sort((a, b) => a - b)]] : [];
        }),
      );
      const wanted = Object.values(site().ports).sort((a, b) => a - b);
      assert.deepEqual(published.flat(), [[site().container("nginx"), wanted]]);
    });

    it("A5: plain HTTP leads to the same address over HTTPS", async () => {
      const answer = await ask({ scheme: "http", path: "/copies?next=%2Fa" });
      assert.equal(answer.status, 301);
      assert.equal(answer.headers.location, `${site().visitor().origin}/copies?next=%2Fa`);
    });

    it("A5: ACME challenges are answered over plain HTTP", async () => {
      const volume = `${site().stack.prefix}-acme-challenges:/challenges`;
      const put = "mkdir -p .well-known/acme-challenge && printf token >.well-known/acme-challenge/token";
      await docker([
        "run",
        "--rm",
        "--user=101:101",
        "--volume",
        volume,
        "--workdir=/challenges",
        "--entrypoint=sh",
        "nginx:1.26",
        "-c",
        put,
      ]);
      const answer = await ask({ scheme: "http", path: "/.well-known/acme-challenge/token" });
      assert.deepEqual([answer.status, answer.body], [200, "token"]);
      assert.equal((await ask({ scheme: "http", path: "/.well-known/acme-challenge/other" })).status, 404);
    });

    it("A7: a route of the SPA is its page, a missing asset is not", async () => {
      const home = await ask({ path: "/" });
      assert.equal(home.status, 200);
      assert.match(home.body, /<script type="module" src="\/assets\/app\.js">/);
      const deep = await ask({ path: "/copies/some/route" });
      assert.deepEqual([deep.status, deep.body], [200, home.body]);
      for (const path of ["/copies/some/route", "/assets/app.js"])
        assert.equal((await ask({ path })).headers["cache-control"], "no-cache", "a new release is seen at once");
      assert.equal((await ask({ path: "/assets/missing.js" })).status, 404);
    });

    it("A7: static files may be kept for 30 days unchanged", async () => {
      const page = await ask({ path: "/admin/login/" });
      const path = /href="(\/static\/admin\/css\/base[^"]*\.css)"/.exec(page.body)?.[1] ?? "";
      const answer = await ask({ path });
      assert.equal(answer.status, 200, path);
      assert.match(answer.headers["content-type"] ?? "", /^text\/css/);
      assert.equal(answer.headers["cache-control"], "public, max-age=2592000, immutable");
      assert.equal((await ask({ path: "/static/missing.css" })).status, 404);
    });

    it("A7: a body of 49 MB is taken, media may be kept for 7 days; 51 MB are refused", async () => {
      const visitor = await site().administrator();
      const large = pdf(1, 49_000_000);
      const { url, size, id } = await visitor.upload(large);
      assert.equal(size, large.length);
      const answer = await visitor.ask({ path: url });
      assert.equal(answer.status, 200);
      assert.ok(answer.bytes.equals(large), "the file comes back as it was");
      assert.equal(answer.headers["cache-control"], "private, max-age=604800");
      assert.equal((await visitor.ask({ method: "DELETE", path: `/api/copies/${id}/` })).status, 204);

      const refused = await visitor.ask({
        method: "POST",
        path: "/api/copies/",
        headers: { "Content-Length": String(51 * 1024 * 1024) },
      });
      assert.equal(refused.status, 413);
    });

    for (const [path, status] of [
      ["/api/session/", 200],
      ["/admin/login/", 200],
      ["/health/", 200],
      ["/api/none", 404],
    ] as const)
      it(`A7: ${path} is answered by the application`, async () => {
        const answer = await ask({ path });
        assert.equal(answer.status, status, answer.body);
        assert.equal(answer.headers["x-release"], site().output.release);
      });

    it("A7: the application is told host, address and scheme, and nothing that the visitor claims of them", async () => {
      const word = `overheard-${Date.now()}`;
      const ear = [
        "run",
        "--rm",
        "--network",
        `container:${site().container("backend")}`,
        "--cap-add=NET_RAW",
        "--entrypoint=python3",
      ];
      const listener = spawn("docker", [...ear, "python:3.13-slim", "-c", overhear, word, "8000"], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      await once(listener.stdout, "readable");
      const heard = text(listener.stdout);
      const claims = {
        "X-Forwarded-For": "198.51.100.7",
        "X-Real-IP": "198.51.100.7",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example",
      };
      await ask({ path: `/api/${word}`, headers: claims });
      const lines = (await heard).split(/\r?\n/);
      const told = (name: string): string[] =>
        lines.filter((line) => line.toLowerCase().startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
      const edge = (
        JSON.parse(await docker(["network", "inspect", `${site().stack.prefix}-edge`])) as [
          { IPAM: { Config: [{ Gateway: string }] } },
        ]
      )[0];
      const visitor = edge.IPAM.Config[0].Gateway;
      const host = `localhost:${site().ports.https}`;
      assert.deepEqual(told("host"), [host]);
      assert.deepEqual(told("x-real-ip"), [visitor]);
      assert.deepEqual(told("x-forwarded-for"), [visitor]);
      assert.deepEqual(told("x-forwarded-proto"), ["https"]);
      assert.deepEqual(told("x-forwarded-host"), [host]);
      assert.ok(!lines.join("\n").includes("198.51.100.7"), lines.join("\n"));
    });

    it("attempts to sign in are limited, reading the page is not, and the limit passes", async () => {
      const attempt = async (): Promise<number> =>
        (await ask({ method: "POST", path: "/admin/login/", body: "username=x" })).status;
      const statuses: number[] = [];
      const start = Date.now();
      await until(
        "an attempt is refused",
        20,
        async () => statuses.push(await attempt()) > 0 && statuses.at(-1) === 429,
        0,
      );
      // Tests before this one may have used up some.
      const most = 11 + Math.ceil((Date.now() - start) / 3000);
      assert.ok(statuses.length - 1 <= most, `${statuses.length - 1} attempts were taken, ${most} may be`);
      assert.deepEqual(new Set([403, ...statuses.slice(0, -1)]), new Set([403]), "the application's own answer before");
      assert.equal((await ask({ path: "/admin/login/" })).status, 200);
      await until("attempts are taken again", 10, async () => (await attempt()) !== 429, 1);
    });

    it("names that are not the site's get no page", async () => {
      assert.equal((await ask({ name: "other.example" })).status, 421);
      assert.equal((await ask({ name: "other.example", scheme: "http" })).status, 421);
    });

    it("every check that the stack names holds", async () => {
      const { checks } = site().output;
      assert.ok(checks.length >= 4);
      for (const { name, url, status, header } of checks) {
        const { protocol, pathname } = new URL(url);
        const answer = await ask({ scheme: protocol === "http:" ? "http" : "https", path: pathname });
        assert.equal(answer.status, status, name);
        if (header) assert.ok(String(answer.headers[header.name]).startsWith(header.value), `${name}: ${header.name}`);
      }
      await within(site().container("nginx"), ["nginx", "-t", "-c", "/etc/socle/current/nginx.conf"]);
    });
  });
}
