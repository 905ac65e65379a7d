/** Answers of the site to requests that change nothing, seen from this machine. */
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";

export interface Answer {
  /** What was asked for, in words. */
  what: string;
  /** The status that is meant to come, or its first digit and xx. */
  wanted: string;
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
}

export interface Answers {
  /** Plain HTTP, for each domain: where it leads, and where it should. */
  redirects: { domain: string; status: number; location: string; wanted: string }[];
  /** Over HTTPS, of the main domain. */
  answers: Answer[];
}

interface Site {
  address: string;
  domains: readonly string[];
  ports: { http: number; https: number };
  healthPath: string;
}

/** Nobody has such a file. */
const nowhere = "/static/socle-audit-none";

export async function askSite({ address, domains, ports, healthPath }: Site): Promise<Answers> {
  const authority = (domain: string, port: number, usual: number): string =>
    port === usual ? domain : `${domain}:${port}`;
  const path = "/a/page?of=audit";
  const redirects = domains.map(async (domain) => {
    const host = authority(domain, ports.http, 80);
    const { status, headers } = await ask({ address, port: ports.http, host, path });
    const wanted = `https://${authority(domain, ports.https, 443)}${path}`;
    return { domain, status, location: headers["location"] ?? "", wanted };
  });
  const [domain = ""] = domains;
  const secure = { address, port: ports.https, host: authority(domain, ports.https, 443), servername: domain };
  const questions: [what: string, wanted: string, path: string, headers: Record<string, string>][] = [
    ["the health page", "200", healthPath, {}],
    ["a file that is not there", "404", nowhere, {}],
    // Nginx itself fails it, before anything is passed on: nobody else notices (RFC 9112, 6.1).
    ["a request that fails", "5xx", healthPath, { "Transfer-Encoding": "socle-audit" }],
  ];
  const answers = questions.map(async ([what, wanted, asked, headers]) => ({
    what,
    wanted,
    ...(await ask({ ...secure, path: asked, headers })),
  }));
  return { redirects: await Promise.all(redirects), answers: await Promise.all(answers) };
}

interface Question {
  address: string;
  port: number;
  host: string;
  path: string;
  /** With it, over TLS. */
  servername?: string;
  headers?: Record<string, string>;
}

function ask({
  address,
  port,
  host,
  path,
  servername,
  headers,
}: Question): Promise<Pick<Answer, "status" | "headers">> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      path,
      headers: { Host: host, Connection: "close", ...headers },
      agent: false as const,
      signal: AbortSignal.timeout(15_000),
    };
    // Whether the certificate is good is another probe's question.
    const outgoing = servername
      ? tlsRequest({ ...options, servername, rejectUnauthorized: false })
      : plainRequest(options);
    outgoing.on("response", (answer) => {
      answer.resume();
      const told = Object.entries(answer.headers).map(([name, value]) => [name, String(value)]);
      resolve({ status: answer.statusCode ?? 0, headers: Object.fromEntries(told) as Record<string, string> });
    });
    outgoing.on("error", (error) => {
      reject(new Error(`${servername ? "https" : "http"}://${host}${path} at ${address}: ${error.message}`));
    });
    outgoing.end();
  });
}
