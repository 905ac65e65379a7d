/** Visitors of a site while something happens to it: whether they notice. */
import { Agent as PlainAgent, type ClientRequest, request as plainRequest } from "node:http";
import { Agent as TlsAgent, request as tlsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** A request that changes nothing, and the status that it is answered with; a part of the stack's output `checks`. */
export interface Visit {
  method: string;
  url: string;
  headers: Record<string, string>;
  status: number;
  /** Seconds that the answer may take. */
  timeout: number;
}

/** Half of them keep their connection, half open one for each request. */
const several = 6;
/** Milliseconds between an answer and the next request. */
const pause = 100;

/** Ask for the same pages again and again, from `new` on until `stop`; nothing that changes the site. */
export class Visitors {
  requests = 0;
  readonly failures: string[] = [];
  readonly #visits: readonly Visit[];
  readonly #over = new AbortController();
  readonly #all: Promise<unknown>;

  constructor(visits: readonly Visit[]) {
    this.#visits = visits;
    this.#all = Promise.all(Array.from({ length: several }, (_, place) => this.#come(place)));
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#all;
  }

  async #come(place: number): Promise<void> {
    const keepAlive = place % 2 === 0;
    const agents = {
      http: new PlainAgent({ keepAlive }),
      // A stack's own authority is not known here, and public pages are all that is asked for.
      https: new TlsAgent({ keepAlive, rejectUnauthorized: false }),
    };
    for (let turn = place; !this.#over.signal.aborted; turn += 1) {
      const visit = this.#visits[turn % this.#visits.length];
      if (!visit) break;
      const found = await answered(visit, agents);
      this.requests += 1;
      // What a release has no page for it refuses by another status; that is no failure of the change to it.
      if (typeof found === "string" || found >= 500)
        this.failures.push(
          `${new Date().toISOString()} ${visit.url}: ${typeof found === "string" ? found : `status ${found}`}`,
        );
      await sleep(pause, undefined, { signal: this.#over.signal }).catch(() => undefined);
    }
    agents.http.destroy();
    agents.https.destroy();
  }
}

/** The first of them that is not answered as it should be, and how it is; nothing where all are. */
export async function firstFailure(visits: readonly Visit[]): Promise<string | undefined> {
  const agents = { http: new PlainAgent(), https: new TlsAgent({ rejectUnauthorized: false }) };
  for (const visit of visits) {
    const found = await answered(visit, agents);
    if (typeof found === "string") return `${visit.url}: ${found}`;
    if (found !== visit.status) return `${visit.url}: status ${found} instead of ${visit.status}`;
  }
  return undefined;
}

interface Agents {
  http: PlainAgent;
  https: TlsAgent;
}

/** The status of the answer, or why there is none. */
async function answered(visit: Visit, agents: Agents): Promise<number | string> {
  for (let attempt = 1; ; attempt += 1) {
    let asked: ClientRequest | undefined;
    try {
      return await new Promise<number>((resolve, reject) => {
        const { method, headers, timeout } = visit;
        const options = { method, headers, signal: AbortSignal.timeout(timeout * 1000) };
        asked = visit.url.startsWith("http:")
          ? plainRequest(visit.url, { ...options, agent: agents.http })
          : tlsRequest(visit.url, { ...options, agent: agents.https });
        asked.on("error", reject);
        asked.on("response", (answer) => {
          answer.on("error", reject);
          answer.on("end", () => {
            resolve(answer.statusCode ?? 0);
          });
          answer.resume();
        });
        asked.end();
      });
    } catch (error) {
      // A connection that the server closed while it was idle: clients ask anew, as browsers do (RFC 9110, 9.2.2).
      if (asked?.reusedSocket === true && attempt === 1) continue;
      return error instanceof Error ? error.message : String(error);
    }
  }
}
