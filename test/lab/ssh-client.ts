import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { run } from "./command.ts";
import type { LabNetwork } from "./network.ts";

const wrapper = join(import.meta.dirname, "host", "ssh.sh");

/** A key pair of its own for a run, unusable anywhere else. */
export interface KeyPair {
  /** Path of the private key, mode 0600. */
  readonly privateKeyFile: string;
  /** The line for authorized_keys. */
  readonly publicKey: string;
}

const keyPairs = new Map<string, Promise<KeyPair>>();

/** The run's key pair, made at the first call. */
export function keyPair(network: LabNetwork): Promise<KeyPair> {
  const known = keyPairs.get(network.directory) ?? generate(network);
  keyPairs.set(network.directory, known);
  return known;
}

async function generate(network: LabNetwork): Promise<KeyPair> {
  const privateKeyFile = join(network.directory, "id_ed25519");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", `socle ${network.run}`, "-f", privateKeyFile]);
  return { privateKeyFile, publicKey: (await readFile(`${privateKeyFile}.pub`, "utf8")).trim() };
}

/**
 * Lets ssh know a host of the run: its pinned key and how to log in.
 * Returns the environment in which `ssh ADDRESS` and `docker -H ssh://ADDRESS` connect with just that, whatever
 * the user's own settings are.
 */
export async function introduce(
  network: LabNetwork,
  host: { readonly address: string; readonly user: string; readonly hostKey: string; readonly privateKeyFile: string },
): Promise<Record<string, string>> {
  const folder = join(network.directory, "ssh");
  const config = join(folder, "config");
  const knownHosts = join(folder, `known_hosts-${host.address}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(knownHosts, `${host.address} ${host.hostKey}\n`, { mode: 0o600 });
  const settings = {
    User: host.user,
    IdentityFile: host.privateKeyFile,
    IdentitiesOnly: "yes",
    UserKnownHostsFile: knownHosts,
    GlobalKnownHostsFile: "/dev/null",
    StrictHostKeyChecking: "yes",
    UpdateHostKeys: "no",
    BatchMode: "yes",
    ConnectTimeout: "10",
  };
  const block = Object.entries(settings).map(([name, value]) => `  ${name} ${value}\n`);
  await appendFile(config, `Host ${host.address}\n${block.join("")}`, { mode: 0o600 });
  if (!existsSync(join(folder, "ssh"))) await symlink(wrapper, join(folder, "ssh"));
  return { PATH: `${folder}${delimiter}${process.env.PATH ?? ""}`, LAB_SSH_CONFIG: config };
}
