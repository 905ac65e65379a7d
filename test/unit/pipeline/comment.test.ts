// The comment on a pull request, against a server that speaks GitHub's REST paths.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Command } from "commander";
import { afterEach, beforeEach, describe, it } from "mocha";

import { addComment, limit, marker } from "../../../operations/pipeline/commands/comment.ts";
import { runCommand } from "../../../operations/command-line.ts";
import type { Result } from "../../lab/command.ts";
import { inProcess } from "../../lab/in-process.ts";

interface Comment {
  id: number;
  body: string;
  html_url: string;
  user: { login: string } | null;
}

const token = "ghs_token-of-this-run-0123456789";
const ourselves = { login: "github-actions[bot]" };

/** GitHub, as far as comments go: docs.github.com/en/rest/issues/comments. */
class GitHub {
  readonly comments: Comment[] = [];
  readonly requests: string[] = [];
  /** Answers to all requests instead, where set. */
  refusal: [status: number, message: string] | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(({ status, body, link }) => {
        response.writeHead(status, { "content-type": "application/json", ...(link ? { link } : {}) });
        response.end(JSON.stringify(body));
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get address(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  add(user: Comment["user"], body: string): Comment {
    const id = this.comments.length + 1;
    const comment = { id, body, user, html_url: `https://github.example/pull/7#comment-${String(id)}` };
    this.comments.push(comment);
    return comment;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown; link?: string }> {
    const { pathname, searchParams } = new URL(request.url ?? "", this.address);
    this.requests.push(`${request.method ?? ""} ${pathname}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (this.refusal) return { status: this.refusal[0], body: { message: this.refusal[1] } };
    if (request.headers.authorization !== `Bearer ${token}`)
      return { status: 401, body: { message: "Bad credentials" } };
    const { body = "" } = JSON.parse(Buffer.concat(chunks).toString() || "{}") as { body?: string };
    if (body.length > 65_536)
      return { status: 422, body: { message: "body is too long (maximum is 65536 characters)" } };
    const one = /^\/repos\/acme\/site\/issues\/comments\/(\d+)$/.exec(pathname)?.[1];
    if (request.method === "PATCH" && one) {
      const comment = this.comments.find(({ id }) => id === Number(one));
      if (!comment) return { status: 404, body: { message: "Not Found" } };
      comment.body = body;
      return { status: 200, body: comment };
    }
    if (pathname !== "/repos/acme/site/issues/7/comments") return { status: 404, body: { message: "Not Found" } };
    if (request.method === "POST") return { status: 201, body: this.add(ourselves, body) };
    const [size, page] = [Number(searchParams.get("per_page") ?? 30), Number(searchParams.get("page") ?? 1)];
    const next = `<${this.address}${pathname}?per_page=${String(size)}&page=${String(page + 1)}>; rel="next"`;
    return {
      status: 200,
      body: this.comments.slice((page - 1) * size, page * size),
      ...(page * size < this.comments.length ? { link: `${next}, <${this.address}/last>; rel="last"` } : {}),
    };
  }
}

describe("the comment on a pull request", () => {
  let folder: string;
  let github: GitHub;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "socle-comment-"));
    github = new GitHub();
    await github.start();
    await sections(["staging", "production"]);
  });
  afterEach(async () => {
    await github.stop();
    await rm(folder, { recursive: true });
  });

  async function sections(heads: readonly string[], text = ""): Promise<void> {
    for (const head of heads)
      await writeFile(join(folder, `${head}.json`), JSON.stringify({ head: `### ${head}`, text }));
  }

  async function comment(
    event: object = { number: 7, head: { repo: { full_name: "acme/site" } } },
    environment: Record<string, string | undefined> = { GITHUB_TOKEN: token },
  ): Promise<Result> {
    const path = join(folder, "event");
    await writeFile(path, JSON.stringify({ pull_request: event }));
    const program = new Command("pipeline").exitOverride();
    addComment(program);
    const words = ["comment", join(folder, "staging.json"), join(folder, "production.json")];
    return inProcess(() => runCommand(program, words), {
      environment: {
        GITHUB_TOKEN: undefined,
        GITHUB_API_URL: github.address,
        GITHUB_REPOSITORY: "acme/site",
        GITHUB_EVENT_PATH: path,
        ...environment,
      },
    });
  }

  it("is written once and then changed in place", async () => {
    const { code, stdout } = await comment();
    assert.equal(code, 0);
    assert.match(stdout, /https:\/\/github\.example\/pull\/7#comment-1/);
    const [first = ""] = github.comments.map(({ body }) => body);
    assert.match(first, /^<!-- socle: plan and verdict -->\n## What this changes\n[^]*### staging\n\n### production$/);
    await sections(["staging"], "a longer plan");
    assert.equal((await comment()).code, 0);
    assert.equal(github.comments.length, 1);
    assert.match(github.comments[0]!.body, /a longer plan/);
    assert.deepEqual(
      github.requests.filter((request) => !request.startsWith("GET")),
      ["POST /repos/acme/site/issues/7/comments", "PATCH /repos/acme/site/issues/comments/1"],
    );
  });

  it("is found behind many others", async () => {
    for (let count = 0; count < 230; count += 1) github.add({ login: "someone" }, "I think");
    const ours = github.add(ourselves, `${marker}\nold`);
    for (let count = 0; count < 20; count += 1) github.add(null, "of an account that is gone");
    assert.equal((await comment()).code, 0);
    assert.equal(github.comments.length, 251);
    assert.match(ours.body, /### production/);
    assert.equal(github.requests.filter((request) => request.startsWith("GET")).length, 3);
  });

  it("leaves comments of others alone, whatever they hold", async () => {
    const others = [
      github.add({ login: "renovate[bot]" }, `${marker}\nlooks like ours`),
      github.add({ login: "someone" }, marker),
      github.add(ourselves, "of another workflow"),
    ];
    const before = structuredClone(others);
    assert.equal((await comment()).code, 0);
    assert.deepEqual(others, before);
    assert.equal(github.comments.length, 4);
  });

  it("fits GitHub's limit and says what was cut", async () => {
    await sections(["staging", "production"], "± a line of the plan\n".repeat(10_000));
    const { code, stderr } = await comment();
    assert.equal(code, 0, stderr);
    const [{ body }] = github.comments as [Comment];
    assert.ok(body.length <= limit && body.length > limit / 2);
    assert.match(body, /cut here: \d+ more lines/);
  });

  it("shows no secret of the run", async () => {
    await sections(["staging"], `Authorization: ${token}; passphrase battery-staple`);
    const { code } = await comment(undefined, { GITHUB_TOKEN: token, PULUMI_CONFIG_PASSPHRASE: "battery-staple" });
    assert.equal(code, 0);
    assert.match(github.comments[0]!.body, /Authorization: \*\*\*; passphrase \*\*\*/);
  });

  it("is left to the log for a fork, which has no token", async () => {
    for (const repo of [{ full_name: "someone/site" }, null]) {
      const { code, stdout } = await comment({ number: 7, head: { repo } }, {});
      assert.equal(code, 0);
      assert.match(stdout, /### production[^]*comes from a fork or from Dependabot/);
    }
    assert.deepEqual(github.requests, []);
  });

  it("is left to the log for Dependabot, whose token may not write", async () => {
    github.refusal = [403, "Resource not accessible by integration"];
    const dependabot = { number: 7, head: { repo: { full_name: "acme/site" } }, user: { login: "dependabot[bot]" } };
    const { code, stdout } = await comment(dependabot);
    assert.equal(code, 0);
    assert.match(stdout, /### production[^]*stays in the log\. GET .* 403/);
  });

  it("is an error without a token where there should be one", async () => {
    const { code, stderr } = await comment(undefined, {});
    assert.equal(code, 1);
    assert.match(stderr, /GITHUB_TOKEN is not set[^]*→ Hand it to this step/);
  });

  it("says which right is missing, or that GitHub is not well", async () => {
    github.refusal = [403, "Resource not accessible by integration"];
    const forbidden = await comment();
    assert.equal(forbidden.code, 1);
    assert.match(
      forbidden.stderr,
      /403: Resource not accessible[^]*→ The job needs `permissions: pull-requests: write`/,
    );
    github.refusal = [502, "Server Error"];
    assert.match((await comment()).stderr, /502: Server Error[^]*→ Run the job again/);
  });

  it("says so outside a pull request", async () => {
    const { code, stderr } = await comment(undefined, { GITHUB_REPOSITORY: undefined });
    assert.equal(code, 1);
    assert.match(stderr, /→ This runs in GitHub Actions, on the event pull_request/);
  });
});
