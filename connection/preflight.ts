/** Whether the host can be reached, before anything is registered: the providers' own errors come late and say little. */
import { execFile } from "node:child_process";
import { get } from "node:http";
import timers from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Settings } from "../config/schema.ts";
import { type SshHost, sshOptions } from "./ssh.ts";

const run = promisify(execFile);
const project = fileURLToPath(new URL("..", import.meta.url));

/** Seconds before a connection that the server dropped before its first word is tried again, as in host/run.sh. */
const pauses = [1, 2, 4, 8];
const dropped = /^kex_exchange_identification: /m;

/** A host that the stack cannot run on as it is, with the way to mend it. */
export class UnreachableHostError extends Error {
  constructor(where: string, found: string, mend: string) {
    super(`${where}: ${found}; nothing was changed.\n    → ${mend}`);
    this.name = "UnreachableHostError";
  }
}

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
    throw new UnreachableHostError(
      "SHELL",
      `${shell} cannot run a command (${error instanceof Error ? error.message.trim() : String(error)})`,
      "Set SHELL to your shell, such as /bin/sh: ssh uses it.",
    );
  });
  const [line = ""] = stdout.split("\n");
  if (stdout !== "")
    throw new UnreachableHostError(
      "SHELL",
      `${shell} prints "${line}" before a command`,
      "Let its start-up files print in interactive shells only: ssh runs it where nothing else may be said.",
    );
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
      const [found, mend] =
        error.code === "EACCES"
          ? ["you may not use the Docker engine", "Join the group: `sudo usermod -aG docker $USER`, then log in again."]
          : [
              `no Docker engine answers at ${socket}`,
              "Install and start it (`npm start` does on Debian and Ubuntu as root), or set host.socket.",
            ];
      reject(new UnreachableHostError("host", found, mend));
    });
  });
  if (image !== undefined && status === 404)
    throw new UnreachableHostError(
      "application.image",
      `the Docker engine has no image ${image}`,
      `Build it (\`docker build --tag ${image} .\`), or name the image of a registry by its digest.`,
    );
}

async function server(host: SshHost): Promise<void> {
  const destination = `${host.user}@${host.address}`;
  for (const pause of [...pauses, undefined]) {
    const said = await login(host, destination);
    if (said === undefined) return;
    if (pause === undefined || !dropped.test(said)) throw explained(host, destination, said);
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

function explained(host: SshHost, destination: string, said: string): UnreachableHostError {
  const refuse = (path: string, found: string, mend: string): UnreachableHostError =>
    new UnreachableHostError(path, found, mend);
  if (said === "ENOENT")
    return refuse("ssh", "OpenSSH's client is not installed", "Install it (`apt-get install openssh-client`).");
  if (/host key verification failed|no matching host key type|REMOTE HOST IDENTIFICATION/i.test(said))
    return refuse(
      "host.hostKey",
      `${host.address} shows another host key than the one in the configuration`,
      "Compare with `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server's own console. Only if the server was set up anew, set host.hostKey; else somebody may be in between.",
    );
  if (/\bsudo: /i.test(said))
    return refuse(
      "host.user",
      `${host.user} may not run sudo on ${host.address} without a password (${said.trim()})`,
      `As root on the server: \`apt-get install sudo; echo '${host.user} ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/${host.user}\`. Or set host.user to root.`,
    );
  // Without its key ssh goes on and is refused the login: what it said of the key first is the reason.
  const key = said.split(/\r?\n/).find((line) => /identity file .* not accessible|^load key /i.test(line));
  if (key)
    return refuse(
      "host.identityFile",
      key.replace(/^Warning: |\.$/g, ""),
      "Name a private key file that only you can read (`chmod 600`).",
    );
  if (/permission denied|too many authentication failures/i.test(said))
    return refuse(
      "host.user",
      `${host.address} refuses the login of ${host.user}`,
      `Put your public key into ~${host.user}/.ssh/authorized_keys on the server, and load the private one (\`ssh-add\`) or name it in host.identityFile.`,
    );
  const drop = said.split(/\r?\n/).find((line) => dropped.test(line));
  if (drop)
    return refuse(
      "host.address",
      `${host.address} drops connections to port ${String(host.port)} before the login (${drop})`,
      `See \`journalctl -u ssh\` on the server: others may fill its MaxStartups, or it shuts this machine's address out.`,
    );
  const reason = said.trim().split("\n").at(-1) ?? "";
  return refuse(
    "host.address",
    `no SSH server was reached at ${host.address} port ${String(host.port)}${reason ? ` (${reason})` : ` within 40 s`}`,
    `See that the server is on and port ${String(host.port)} is open: \`ssh -p ${String(host.port)} ${destination}\`.`,
  );
}
