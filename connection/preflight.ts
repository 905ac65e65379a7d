/** Whether the host can be reached, before anything is registered: the providers' own errors come late and say little. */
import { execFile } from "node:child_process";
import { get } from "node:http";
import timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { Problem, problems, type Wordings } from "../config/problem.ts";
import type { Settings } from "../config/schema.ts";
import { type SshHost, sshOptions } from "./ssh.ts";

const run = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));

/** Seconds before a connection that the server dropped before its first word is tried again, as in host/run.sh. */
const pauses = [1, 2, 4, 8];
const dropped = /^kex_exchange_identification: /m;

/** A host that the stack cannot run on as it is, with the way to fix it. */
export class UnreachableHostError extends Problem {}

export const wordings = {
  "shell.fails": ({ shell, reason }: { shell: string; reason: string }) => [
    `SHELL: ${shell} cannot run a command (${reason}); nothing was changed.`,
    "Set SHELL to your shell, such as /bin/sh: ssh uses it.",
  ],
  "shell.prints": ({ shell, line }: { shell: string; line: string }) => [
    `SHELL: ${shell} prints "${line}" before a command; nothing was changed.`,
    "Let its start-up files print in interactive shells only: ssh runs it where nothing else may be said.",
  ],
  "engine.forbidden": () => [
    "host: you may not use the Docker engine; nothing was changed.",
    "Join the group: `sudo usermod -aG docker $USER`, then log in again.",
  ],
  "engine.missing": ({ socket }: { socket: string }) => [
    `host: no Docker engine answers at ${socket}; nothing was changed.`,
    "Install and start it (`npm start` does on Debian and Ubuntu as root), or set host.socket.",
  ],
  "engine.no-image": ({ image }: { image: string }) => [
    `application.image: the Docker engine has no image ${image}; nothing was changed.`,
    `Build it (\`docker build --tag ${image} .\`), or name the image of a registry by its digest.`,
  ],
  "ssh.missing": () => [
    "ssh: OpenSSH's client is not installed; nothing was changed.",
    "Install it (`apt-get install openssh-client`).",
  ],
  "host.other-key": ({ address }: { address: string }) => [
    `host.hostKey: ${address} shows another host key than the one in the configuration; nothing was changed.`,
    "Compare with `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server's own console. Only if the server was set up anew, set host.hostKey; else somebody may be in between.",
  ],
  "host.no-root": ({ address, user, said }: { address: string; user: string; said: string }) => [
    `host.user: ${user} may not run sudo on ${address} without a password (${said}); nothing was changed.`,
    `As root on the server: \`apt-get install sudo; echo '${user} ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/${user}\`. Or set host.user to root.`,
  ],
  "host.no-identity": ({ said }: { said: string }) => [
    `host.identityFile: ${said}; nothing was changed.`,
    "Name a private key file that only you can read (`chmod 600`).",
  ],
  "host.login-refused": ({ address, user }: { address: string; user: string }) => [
    `host.user: ${address} refuses the login of ${user}; nothing was changed.`,
    `Put your public key into ~${user}/.ssh/authorized_keys on the server, and load the private one (\`ssh-add\`) or name it in host.identityFile.`,
  ],
  "host.drops": ({ address, port, said }: { address: string; port: number; said: string }) => [
    `host.address: ${address} drops connections to port ${String(port)} before the login (${said}); nothing was changed.`,
    "See `journalctl -u ssh` on the server: others may fill its MaxStartups, or it shuts this machine's address out.",
  ],
  "host.unreachable": ({
    address,
    port,
    user,
    said,
  }: {
    address: string;
    port: number;
    user: string;
    said: string;
  }) => [
    `host.address: no SSH server was reached at ${address} port ${String(port)}${said ? ` (${said})` : " within 40 s"}; nothing was changed.`,
    `See that the server is on and port ${String(port)} is open: \`ssh -p ${String(port)} ${user}@${address}\`.`,
  ],
} satisfies Wordings;

const problem = problems(wordings, UnreachableHostError);

/**
 * Refuses a host that cannot be reached, and a local engine without the image that is to run on it.
 *
 * A local engine is asked every time: without it the Docker provider cannot even plan. A server is asked only when
 * something is to be done there, so that a plan can be made where the server is out of reach.
 * @param options `localImage`: a tag that only the local engine knows
 * @throws UnreachableHostError
 */
export async function preflight(
  host: Settings["host"],
  { dryRun, localImage }: { dryRun: boolean; localImage?: string | undefined },
): Promise<void> {
  if (host.type === "local") await engine(host.socket, localImage);
  else if (!dryRun) {
    await ownShell();
    await server(host);
  }
}

/** The Docker provider's ssh starts the user's shell in the middle of a connection (docs/adr/0008). */
async function ownShell(): Promise<void> {
  const shell = process.env["SHELL"] ?? "/bin/sh";
  const started = run(shell, ["-c", "exit 0"], { timeout: 40_000 });
  started.child.stdin?.end();
  const { stdout } = await started.catch((error: unknown) => {
    throw problem("shell.fails", { shell, reason: error instanceof Error ? error.message.trim() : String(error) });
  });
  const [line = ""] = stdout.split("\n");
  if (stdout !== "") throw problem("shell.prints", { shell, line });
}

async function engine(socket: string, image: string | undefined): Promise<void> {
  // Docker Engine API: what `docker image inspect` and `docker info` ask.
  const path = image === undefined ? "/_ping" : `/images/${encodeURIComponent(image)}/json`;
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const asked = get({ socketPath: socket.replace(/^unix:\/\//, ""), path, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "EACCES" ? problem("engine.forbidden") : problem("engine.missing", { socket }));
    });
  });
  if (image !== undefined && status === 404) throw problem("engine.no-image", { image });
}

async function server(host: SshHost): Promise<void> {
  const destination = `${host.user}@${host.address}`;
  for (const pause of [...pauses, undefined]) {
    const said = await login(host, destination);
    if (said === undefined) return;
    if (pause === undefined || !dropped.test(said)) throw explained(host, said);
    await timers.setTimeout(pause * 1000);
  }
}

/** What ssh says where it fails. */
async function login(host: SshHost, destination: string): Promise<string | undefined> {
  try {
    await run(
      "ssh",
      [...sshOptions(host), "-p", String(host.port), destination, host.user === "root" ? "true" : "sudo -n true"],
      { cwd: project, timeout: 40_000 },
    );
    return undefined;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
    return code === "ENOENT" ? "ENOENT" : stderr;
  }
}

function explained({ address, port, user }: SshHost, said: string): Problem {
  if (said === "ENOENT") return problem("ssh.missing");
  if (/host key verification failed|no matching host key type|REMOTE HOST IDENTIFICATION/i.test(said))
    return problem("host.other-key", { address });
  if (/\bsudo: /i.test(said)) return problem("host.no-root", { address, user, said: said.trim() });
  // Without its key ssh goes on and is refused the login: what it said of the key first is the reason.
  const key = said.split(/\r?\n/).find((line) => /identity file .* not accessible|^load key /i.test(line));
  if (key) return problem("host.no-identity", { said: key.replace(/^Warning: |\.$/g, "") });
  if (/permission denied|too many authentication failures/i.test(said))
    return problem("host.login-refused", { address, user });
  const drop = said.split(/\r?\n/).find((line) => dropped.test(line));
  if (drop) return problem("host.drops", { address, port, said: drop });
  return problem("host.unreachable", { address, port, user, said: said.trim().split("\n").at(-1) ?? "" });
}
