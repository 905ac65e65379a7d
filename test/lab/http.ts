import { type IncomingHttpHeaders, type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { isIP } from "node:net";
import { type PeerCertificate, type SecureVersion, TLSSocket } from "node:tls";

export interface HttpQuestion {
  /** Where the connection goes. */
  readonly address: string;
  /** Default: 443, or 80 where the scheme is http. */
  readonly port?: number;
  /** Default: https. */
  readonly scheme?: "http" | "https";
  /** The site's name, for the Host header and SNI. Default: the address. */
  readonly name?: string;
  /** Default: GET. */
  readonly method?: string;
  /** Default: /. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** PEM. With it the certificate must lead there and bear the name, else the request fails; without it anything goes. */
  readonly ca?: string;
  readonly minVersion?: SecureVersion;
  readonly maxVersion?: SecureVersion;
  /** OpenSSL's list, for trying what a server should refuse. */
  readonly ciphers?: string;
  /** For the whole exchange. Default: 15. */
  readonly timeoutSeconds?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
  /** With its chain; absent over plain HTTP. */
  readonly certificate?: PeerCertificate;
  /** Such as TLSv1.3. */
  readonly tlsVersion?: string;
  readonly cipher?: string;
}

/** One request over a connection of its own. Redirects are answers like any other. */
export function request(question: HttpQuestion): Promise<HttpAnswer> {
  const { address, scheme = "https", name = address, method = "GET", path = "/", headers = {}, body } = question;
  const { ca, minVersion, maxVersion, ciphers, timeoutSeconds = 15 } = question;
  const port = question.port ?? (scheme === "https" ? 443 : 80);
  const length = body === undefined ? {} : { "Content-Length": String(Buffer.byteLength(body)) };
  const common = {
    host: address,
    port,
    method,
    path,
    headers: { Host: name, Connection: "close", ...length, ...headers },
    agent: false as const,
    signal: AbortSignal.timeout(timeoutSeconds * 1000),
  };
  return new Promise((resolve, reject) => {
    const onAnswer = (answer: IncomingMessage): void => {
      const tls = answer.socket instanceof TLSSocket ? describeTls(answer.socket) : {};
      read(answer).then((bytes) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes, body: bytes.toString(), ...tls });
      }, reject);
    };
    const outgoing =
      scheme === "http"
        ? plainRequest(common, onAnswer)
        : tlsRequest(
            {
              ...common,
              // SNI carries names only (RFC 6066).
              servername: isIP(name) === 0 ? name : "",
              rejectUnauthorized: ca !== undefined,
              ca,
              minVersion,
              maxVersion,
              ciphers,
            },
            onAnswer,
          );
    outgoing.on("error", (error) => {
      const what = `${method} ${scheme}://${name}${path} at ${address}:${String(port)}`;
      reject(
        new Error(
          `${what}: ${error.name === "AbortError" ? `no answer in ${String(timeoutSeconds)} s` : error.message}`,
          {
            cause: error,
          },
        ),
      );
    });
    outgoing.end(body);
  });
}

async function read(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Read as soon as the answer begins: the session's details go when the socket closes. */
function describeTls(socket: TLSSocket): Pick<HttpAnswer, "certificate" | "tlsVersion" | "cipher"> {
  return {
    certificate: socket.getPeerCertificate(true),
    tlsVersion: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher().name,
  };
}
