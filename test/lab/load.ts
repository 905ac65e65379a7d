// Many visitors at once, while something happens to the site: what they were answered, and what became of their work.
import assert from "node:assert/strict";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { until } from "./deadline.ts";
import { formWith, pdf } from "./pdf.ts";
import { Listener } from "./listener.ts";
import { quiet } from "./token.ts";
import type { Copy, Visitor } from "./visitor.ts";

interface Question {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: Buffer;
  /** Whose session it is part of. */
  as?: Visitor;
  /** Keeps its connection for the next request. */
  agent?: Agent;
}

interface Entry {
  id: number;
  runs: number;
  done: boolean;
}

/** A site that can be put under load. */
export interface LoadedSite {
  visitor: () => Visitor;
  /** The administrator at one of several browsers. */
  administrator: (browser: string) => Promise<Visitor>;
}

export interface Pace {
  /** Clients that read and keep their connections. */
  keeping: number;
  /** Clients that read and open new ones. */
  opening: number;
  /** Seconds between two requests of a client. */
  pause: number;
  /** Seconds that the long request takes. */
  slow: number;
  /** Seconds that the task of a number takes. */
  work: (id: number) => number;
  /** Whether work that was never done is somebody else's finding, and no error here. */
  tolerant: boolean;
}

const usual: Pace = { keeping: 3, opening: 2, pause: 0.2, slow: 1.5, work: () => 0.1, tolerant: false };

/**
 * Clients that read, over connections that they keep and over new ones; one that is signed in; one whose requests take
 * their time; one that uploads; two that order tasks. And two open pages that hear of uploads.
 */
export class Load {
  readonly failures: string[] = [];
  /** Requests answered, by the release that answered. */
  readonly releases = new Map<string, number>();
  /** When the latest request that a release answered began, in milliseconds since 1970. */
  readonly latest = new Map<string, number>();
  /** When the latest request that failed began. */
  latestFailure = 0;
  requests = 0;
  /** Requests sent once more, since the connection that was kept for them had just been closed. */
  resent = 0;
  /** How often Nginx may be reloaded meanwhile. */
  reloads = 1;
  /** Numbers of the tasks that were acknowledged. */
  readonly ordered: number[] = [];
  readonly uploaded: string[] = [];
  readonly listeners: Listener[] = [];
  readonly #site: LoadedSite;
  /** Browsers with a session each: one that uploads, one that reads, one with the open pages. */
  readonly #uploader: Visitor;
  readonly #reader: Visitor;
  readonly #page: Visitor;
  readonly #token: string;
  readonly #start = Date.now();
  readonly #pace: Pace;
  #working = true;
  #clients: Promise<unknown>[] = [];

  private constructor(
    site: LoadedSite,
    [uploader, reader, page]: [Visitor, Visitor, Visitor],
    token: string,
    pace: Pace,
  ) {
    this.#site = site;
    this.#pace = pace;
    this.#uploader = uploader;
    this.#reader = reader;
    this.#page = page;
    this.#token = token;
  }

  /**
   * Puts the site under load while the action runs, then sees all ordered work done. The machine is quiet all the while:
   * a test that may have to wait for it does this within `quietly`.
   */
  static async during(
    site: LoadedSite,
    token: string,
    action: (load: Load) => Promise<unknown>,
    pace: Partial<Pace> = {},
  ): Promise<Load> {
    const giveBack = await quiet();
    try {
      const browser = (name: string) => site.administrator(`${name} under load`);
      const load = new Load(site, [await browser("uploader"), await browser("reader"), await browser("page")], token, {
        ...usual,
        ...pace,
      });
      load.#begin();
      try {
        await until("every client has been answered", 30, () =>
          Promise.resolve(load.requests > 60 && load.ordered.length > 5),
        );
        await action(load);
      } finally {
        await load.#end();
      }
      await load.#settle().catch((error: unknown) => {
        if (!load.#pace.tolerant) throw error;
      });
      return load;
    } finally {
      giveBack();
    }
  }

  /** What went wrong so far was to be expected: a part of the site was down. What was acknowledged still counts. */
  forgive(): void {
    this.failures.length = 0;
    this.resent = 0;
    for (const listener of this.listeners) listener.forgive();
  }

  #begin(): void {
    const reads = ["/health/", "/", "/api/session/", "/assets/app.js", "/admin/login/"];
    const client = async (act: (turn: number) => Promise<unknown>): Promise<void> => {
      for (let turn = 0; this.#working; turn += 1) {
        await act(turn);
        await sleep(this.#pace.pause * 1000);
      }
    };
    const read = (turn: number, agent?: Agent) => this.#read(reads[turn % reads.length] ?? "/", agent);
    this.#clients = [
      ...Array.from({ length: this.#pace.keeping }, () => new Agent({ keepAlive: true, maxSockets: 1 })).map((agent) =>
        client((turn) => read(turn, agent)).finally(() => {
          agent.destroy();
        }),
      ),
      ...Array.from({ length: this.#pace.opening }, () => client((turn) => read(turn))),
      client(() => this.#stay()),
      client(() =>
        this.#ask({ path: `/api/slow/?seconds=${this.#pace.slow}`, headers: { "X-Admin-Token": this.#token } }),
      ),
      client(() => this.#upload()),
      ...[1, 2].map(() => client(() => this.order().then(() => sleep(200)))),
    ];
    const { Cookie = "", Origin = "" } = this.#page.headers;
    for (let index = 0; index < 2; index += 1)
      this.listeners.push(new Listener(`${this.#page.origin.replace("https", "wss")}/ws/copies/`, { Cookie, Origin }));
  }

  async #end(): Promise<void> {
    this.#working = false;
    await Promise.all(this.#clients);
    for (const listener of this.listeners) this.failures.push(...listener.close());
    // A reload of Nginx closes each of the kept connections once; a release that is taken back has two.
    if (this.resent > this.#pace.keeping * this.reloads)
      this.failures.push(`${this.resent} requests met a closed connection`);
  }

  /** Waits until everything that was acknowledged is done. */
  async #settle(): Promise<void> {
    // What a worker had taken that ended, another asks for within 100 s at most (kombu, QoS.restore_visible).
    await until("the tasks that were acknowledged are done", 240, async () => {
      const entries = await this.entries();
      const open = this.ordered.filter((id) => !entries.get(id)?.done);
      if (open.length === 0) return true;
      const runs = open.slice(0, 10).map((id) => `${String(id)} (runs: ${String(entries.get(id)?.runs ?? 0)})`);
      throw new Error(`${String(open.length)} of ${String(this.ordered.length)} are not: ${runs.join(", ")}`);
    });
    await until("the uploads are processed", 30, async () => {
      const { body } = await this.#uploader.ask({ path: "/api/copies/" });
      const states = new Map((JSON.parse(body) as { copies: Copy[] }).copies.map(({ id, state }) => [id, state]));
      // The site lists the newest 200.
      return this.uploaded.slice(-100).every((id) => states.get(id) === "processed");
    });
  }

  /** What the site's ledger says of the tasks. */
  async entries(): Promise<Map<number, Entry>> {
    const found = new Map<number, Entry>();
    for (let after: number | null = -1; after !== null;) {
      const path = `/api/ledger/?after=${after}`;
      const { status, body } = await this.#site.visitor().ask({ path, headers: { "X-Admin-Token": this.#token } });
      assert.equal(status, 200, body);
      const page = JSON.parse(body) as { entries: Entry[]; next_after: number | null };
      for (const entry of page.entries) found.set(entry.id, entry);
      after = page.next_after;
    }
    return found;
  }

  async #read(path: string, agent?: Agent): Promise<void> {
    await this.#ask({ path, agent });
  }

  /** Stays signed in. */
  async #stay(): Promise<void> {
    const answer = await this.#ask({ path: "/api/session/", as: this.#reader });
    if (answer !== undefined && !answer.includes('"username": "admin"'))
      this.#fail("/api/session/", "signed out", Date.now());
  }

  async #upload(): Promise<void> {
    const form = formWith(pdf(2, 100_000));
    const answer = await this.#ask({ path: "/api/copies/", method: "POST", as: this.#uploader, ...form });
    if (answer) this.uploaded.push((JSON.parse(answer) as Copy).id);
    await sleep(400);
  }

  /** Orders a task; answers with its number, undefined where it was not acknowledged. */
  async order(seconds?: number): Promise<number | undefined> {
    nextNumber += 1;
    const id = nextNumber;
    const headers = { "X-Admin-Token": this.#token, "Content-Type": "application/json" };
    const body = Buffer.from(JSON.stringify({ id, work_seconds: seconds ?? this.#pace.work(id) }));
    if (!(await this.#ask({ path: "/api/ledger/", method: "POST", body, headers }))) return undefined;
    this.ordered.push(id);
    return id;
  }

  /** The body of a good answer; anything else is recorded as a failure. */
  async #ask(question: Question): Promise<string | undefined> {
    this.requests += 1;
    const began = Date.now();
    try {
      const { status, release, body } = await this.#exchange(question);
      if (release) {
        this.releases.set(release, (this.releases.get(release) ?? 0) + 1);
        this.latest.set(release, Math.max(began, this.latest.get(release) ?? 0));
      }
      if (status < 400) return body;
      this.#fail(question.path, `${status} ${body.slice(0, 100)}`, began);
    } catch (error) {
      this.#fail(question.path, `${String(error)}${question.agent ? " (kept connection)" : ""}`, began);
    }
    return undefined;
  }

  #fail(path: string, reason: string, began: number): void {
    this.latestFailure = Math.max(began, this.latestFailure);
    this.failures.push(`${((Date.now() - this.#start) / 1000).toFixed(1)} s ${path}: ${reason}`);
  }

  #exchange({
    path,
    method = "GET",
    headers = {},
    body,
    as,
    agent,
  }: Question): Promise<{ status: number; release: string; body: string }> {
    const { domain, ports } = this.#site.visitor();
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: "127.0.0.1",
          port: ports.https,
          servername: domain,
          rejectUnauthorized: false,
          path,
          method,
          agent: agent ?? false,
          headers: {
            Host: `${domain}:${ports.https}`,
            ...(body ? { "Content-Length": body.length } : {}),
            ...as?.headers,
            ...headers,
          },
          signal: AbortSignal.timeout(30_000),
        },
        (answer) => {
          const chunks: Buffer[] = [];
          // A session that was signed with a former key gets a new cookie.
          as?.keep(answer.headers["set-cookie"]);
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("error", reject);
          answer.on("end", () => {
            const release = answer.headers["x-release"];
            resolve({
              status: answer.statusCode ?? 0,
              release: String(release ?? ""),
              body: Buffer.concat(chunks).toString(),
            });
          });
        },
      );
      outgoing.on("error", (error: NodeJS.ErrnoException) => {
        // A kept connection may be closed in the moment of sending: clients then send a GET once more (RFC 9112, 9.3.1).
        const closedIdle = outgoing.reusedSocket && error.code === "ECONNRESET" && method === "GET";
        if (!closedIdle) {
          reject(error);
          return;
        }
        this.resent += 1;
        this.#exchange({ path, headers, as }).then(resolve, reject);
      });
      outgoing.end(body);
    });
  }
}

/** Numbers of tasks are unique for the whole run. */
let nextNumber = 1000;
