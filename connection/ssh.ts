/** How a server is reached over SSH: one list of options for the Docker provider, the tasks and the operator. */
import type { Settings } from "../config/schema.ts";

export type SshHost = Extract<Settings["host"], { type: "ssh" }>;

/**
 * Options for OpenSSH's `ssh`. The host key is pinned without a file: only the key in the configuration is known,
 * whatever the user's own known_hosts says (ssh_config(5): KnownHostsCommand, OpenSSH 8.5 or newer).
 * Dead hosts are given up after 15 s, broken connections after 45 s.
 */
export function sshOptions(host: SshHost): string[] {
  const known = host.port === 22 ? host.address : `[${host.address}]:${String(host.port)}`;
  const options = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: "/dev/null",
    GlobalKnownHostsFile: "/dev/null",
    KnownHostsCommand: `/bin/echo ${known} ${host.hostKey}`,
    HostKeyAlgorithms: hostKeyAlgorithms(host.hostKey),
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "3",
    LogLevel: "ERROR",
  };
  return [
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
