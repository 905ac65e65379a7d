/** What sslyze says of the site's TLS, and the certificate that is served for each of its domains. */
import { spawn } from "node:child_process";
import { type PeerCertificate, connect } from "node:tls";

import { z } from "zod";

import type { Gathering } from "../missing.ts";

const result = <T extends z.ZodType>(of: T) =>
  z.object({ status: z.string(), result: of.nullish(), error_reason: z.string().nullish() });
const suites = result(
  z.object({
    is_tls_version_supported: z.boolean(),
    accepted_cipher_suites: z.array(z.object({ cipher_suite: z.object({ openssl_name: z.string() }) })),
  }),
);

/** Of sslyze's JSON (version 6), what is judged. */
const report = z.object({
  connectivity_status: z.string(),
  connectivity_error_trace: z.string().nullish(),
  scan_result: z
    .object({
      ssl_2_0_cipher_suites: suites,
      ssl_3_0_cipher_suites: suites,
      tls_1_0_cipher_suites: suites,
      tls_1_1_cipher_suites: suites,
      tls_1_2_cipher_suites: suites,
      tls_1_3_cipher_suites: suites,
      tls_compression: result(z.object({ supports_compression: z.boolean() })),
      openssl_ccs_injection: result(z.object({ is_vulnerable_to_ccs_injection: z.boolean() })),
      heartbleed: result(z.object({ is_vulnerable_to_heartbleed: z.boolean() })),
      robot: result(z.object({ robot_result: z.string() })),
      session_renegotiation: result(
        z.object({
          supports_secure_renegotiation: z.boolean(),
          is_vulnerable_to_client_renegotiation_dos: z.boolean(),
        }),
      ),
      certificate_info: result(
        z.object({
          certificate_deployments: z.array(
            z.object({
              path_validation_results: z.array(
                z.object({
                  trust_store: z.object({ name: z.string() }),
                  was_validation_successful: z.boolean(),
                  validation_error: z.string().nullish(),
                }),
              ),
            }),
          ),
        }),
      ),
    })
    .nullish(),
});

export type TlsReport = NonNullable<z.infer<typeof report>["scan_result"]>;

export interface ServedCertificate {
  domain: string;
  fingerprint: string;
}

export interface TlsScan {
  report: Gathering<TlsReport>;
  served: Gathering<ServedCertificate[]>;
}

/** @param program finds sslyze, and throws where it is not installed */
export async function scanTls(
  program: () => string,
  address: string,
  port: number,
  domains: readonly string[],
): Promise<TlsScan> {
  const [found, served] = await Promise.all([
    sslyze(program, address, port, domains[0] ?? "").catch(missing),
    Promise.all(domains.map((domain) => certificate(address, port, domain))).catch(missing),
  ]);
  return { report: found, served };
}

const missing = (error: unknown): { missing: string } => ({
  missing: error instanceof Error ? error.message : String(error),
});

async function sslyze(program: () => string, address: string, port: number, domain: string): Promise<TlsReport> {
  const target = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const text = await output(program(), [
    "--json_out",
    "-",
    "--mozilla_config",
    "intermediate",
    "--sni",
    domain,
    target,
  ]);
  return readReport(text);
}

/** @throws Error where sslyze could not connect, or says something of another form */
export function readReport(text: string): TlsReport {
  const whole = z
    .object({ server_scan_results: z.array(report).min(1) })
    .safeParse(JSON.parse(text.slice(Math.max(text.indexOf("{"), 0))));
  if (!whole.success)
    throw new Error(`sslyze's report has another form than expected: ${z.prettifyError(whole.error)}`);
  const [found] = whole.data.server_scan_results;
  if (!found?.scan_result)
    throw new Error(
      `sslyze could not connect: ${found?.connectivity_error_trace?.trim().split("\n").at(-1) ?? "no reason"}`,
    );
  return found.scan_result;
}

function output(program: string, words: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000 });
    const said: Buffer[] = [];
    const complained: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => said.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => complained.push(chunk));
    child.on("error", reject);
    child.on("close", (status) => {
      const text = Buffer.concat(said).toString();
      // Its own opinion of a server is an exit status other than 0 too.
      if (text.includes("{")) resolve(text);
      else
        reject(
          new Error(`sslyze ended with ${status}: ${Buffer.concat(complained).toString().trim().split("\n").at(-1)}`),
        );
    });
  });
}

function certificate(address: string, port: number, domain: string): Promise<ServedCertificate> {
  return new Promise((resolve, reject) => {
    // What is served is looked at, whoever signed it.
    const socket = connect({ host: address, port, servername: domain, rejectUnauthorized: false, timeout: 15_000 });
    socket.on("secureConnect", () => {
      const { fingerprint256 }: PeerCertificate = socket.getPeerCertificate();
      socket.end();
      resolve({ domain, fingerprint: fingerprint256 });
    });
    socket.on("timeout", () => socket.destroy(new Error(`no TLS for ${domain} at ${address}:${port} in 15 s`)));
    socket.on("error", reject);
  });
}
