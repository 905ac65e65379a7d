/** How a server is reached over SSH: one list of options for the Docker provider, the tasks and the operator. */
import type { Settings } from "../config/schema.ts";

export type SshHost = Extract<Settings["host"], { type: "ssh" }>;

/** What connection/login.sh knows a connection to a stack's server by, as opposed to one to a bastion. */
const alias = "socle";

/**
 * Options for OpenSSH's `ssh`, to be run in the project's folder. The host key is pinned without a file: only the key in
 * the configuration is known, whatever the user's own known_hosts says and whatever name ssh looks up (ssh_config(5):
 * KnownHostsCommand, OpenSSH 8.5 or newer). Dead hosts are given up after 15 s, broken connections after 45 s.
 *
 * Every connection is a login of its own, never one that the user keeps open: what a login may do is settled when it is
 * made. Few of them are under way at a time: connection/ssh.conf, docs/adr/0008.
 */
export function sshOptions(host: SshHost): string[] {
  const options = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: "/dev/null",
    GlobalKnownHostsFile: "/dev/null",
    HostKeyAlias: alias,
    KnownHostsCommand: `/bin/echo ${alias} ${host.hostKey}`,
    HostKeyAlgorithms: hostKeyAlgorithms(host.hostKey),
    ControlPath: "none",
    PermitLocalCommand: "yes",
    LocalCommand: "exec sh connection/login.sh end",
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "3",
    LogLevel: "ERROR",
  };
  return [
    "-F",
    "connection/ssh.conf",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
    ...(host.identityFile ? ["-i", host.identityFile, "-o", "IdentitiesOnly=yes"] : []),
  ];
}

/** An RSA key signs with SHA-2 only (RFC 8332). */
function hostKeyAlgorithms(hostKey: string): string {
  const type = hostKey.split(" ")[0] ?? "";
  return type === "ssh-rsa" ? "rsa-sha2-512,rsa-sha2-256" : type;
}

/** The server as a URL, as Docker writes it. */
export function sshUrl(host: SshHost): string {
  return `ssh://${host.user}@${host.address}:${String(host.port)}`;
}
