// A visitor of the sample site, from outside: single requests, and a signed-in session.
import assert from "node:assert/strict";

import { type HttpAnswer, type HttpQuestion, request } from "./http.ts";
import { formWith } from "./pdf.ts";

export type Question = Partial<Omit<HttpQuestion, "address">>;

export class Visitor {
  readonly domain: string;
  readonly ports: { http: number; https: number };
  readonly address: string;
  #cookies: Record<string, string> = {};
  #csrf = "";

  constructor(domain: string, ports: { http: number; https: number }, address = "127.0.0.1") {
    this.domain = domain;
    this.ports = ports;
    this.address = address;
  }

  get origin(): string {
    return `https://${this.domain}:${this.ports.https}`;
  }

  /** Cookie, token and origin of the session, as its page sends them. */
  get headers(): Record<string, string> {
    const cookies = Object.entries(this.#cookies).map(([name, value]) => `${name}=${value}`);
    return cookies.length === 0
      ? {}
      : { Cookie: cookies.join("; "), "X-CSRFToken": this.#csrf, Origin: this.origin, Referer: `${this.origin}/` };
  }

  async ask(question: Question = {}): Promise<HttpAnswer> {
    const port = question.port ?? this.ports[question.scheme ?? "https"];
    const answer = await request({
      address: this.address,
      port,
      name: this.domain,
      ...question,
      headers: { Host: `${question.name ?? this.domain}:${port}`, ...this.headers, ...question.headers },
    });
    this.keep(answer.headers["set-cookie"]);
    return answer;
  }

  /** Takes cookies of an answer into the session. */
  keep(lines: readonly string[] = []): void {
    for (const line of lines) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=");
      this.#cookies[name] = value;
    }
  }

  /** Status of an attempt to sign in. */
  async signIn(username: string, password: string): Promise<number> {
    this.#csrf = await this.#token();
    const answer = await this.ask({
      method: "POST",
      path: "/api/session/",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ username, password }),
    });
    if (answer.status === 200) this.#csrf = (JSON.parse(answer.body) as { csrf_token: string }).csrf_token;
    return answer.status;
  }

  async #token(): Promise<string> {
    return (JSON.parse((await this.ask({ path: "/api/session/" })).body) as { csrf_token: string }).csrf_token;
  }

  /** Who the site takes the visitor for; undefined for nobody. */
  async whoAmI(): Promise<string | undefined> {
    const { body } = await this.ask({ path: "/api/session/" });
    return (JSON.parse(body) as { user: { username: string } | null }).user?.username;
  }

  async upload(file: Buffer): Promise<Copy> {
    const form = formWith(file);
    const answer = await this.ask({ method: "POST", path: "/api/copies/", timeoutSeconds: 60, ...form });
    assert.equal(answer.status, 201, answer.body);
    return JSON.parse(answer.body) as Copy;
  }

  async copy(id: string): Promise<Copy> {
    const answer = await this.ask({ path: `/api/copies/${id}/` });
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body) as Copy;
  }
}

/** Of what the site says of an upload. */
export interface Copy {
  id: string;
  state: "queued" | "processed" | "rejected";
  pages: number | null;
  size: number;
  sha256: string | null;
  url: string;
}
