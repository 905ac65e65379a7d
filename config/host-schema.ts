/** Settings of the machine that a stack runs on. */
import { z } from "zod";

import { positive } from "./terms.ts";

export const serverAddress = z
  .string()
  .regex(/^([A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,})$/)
  .describe("Name or IP address of the server.")
  .meta({
    title: "a name or an IP address, such as 203.0.113.10",
    mend: "Write the server's name or IP address alone; user and port are settings of their own.",
  });

/** Public key of an SSH server, pinned. */
export const hostKey = z
  .string()
  // A key's value begins with its own type (RFC 4253, section 6.6): one that was cut or mixed up is noticed here.
  .regex(
    /^(ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI|ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAI|ssh-rsa AAAAB3NzaC1yc2EAAAA)[A-Za-z0-9+/]+=*$/,
  )
  .describe(
    "The server's public host key, type and value. It is pinned: a server that shows another key is refused. `cat /etc/ssh/ssh_host_ed25519_key.pub` on the server prints it.",
  )
  .meta({
    title: "a public host key, such as ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…",
    mend: "Copy the first two words that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the server's own console.",
  });

const localHost = z.strictObject({
  type: z.literal("local").describe("The Docker engine of this machine."),
  socket: z
    .string()
    .regex(/^unix:\/\/\//)
    .default("unix:///var/run/docker.sock")
    .describe("Address of the Docker engine.")
    .meta({
      title: "the address of a socket, such as unix:///var/run/docker.sock",
      mend: "Write it as unix:///path/to/docker.sock.",
    }),
});

const sshHost = z.strictObject({
  type: z.literal("ssh").describe("A server reached over SSH."),
  address: serverAddress,
  port: positive(65535).default(22).describe("Port of its SSH server."),
  user: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/)
    .default("root")
    .describe("User to log in as: root, or one who may run `sudo` without a password.")
    .meta({ title: "a user's name in lower case, such as root", mend: "Write the name of a user of the server." }),
  hostKey,
  identityFile: z
    .string()
    .min(1)
    .optional()
    .describe("Private key file to log in with. By default what `ssh` itself uses: its agent, its own key files."),
  prepare: z
    .boolean()
    .default(true)
    .describe("Install the Docker engine where it is missing and configure it. Off: the server is only checked."),
  minimum: z
    .strictObject({
      cpus: positive(1024).default(2).describe("Least number of processors."),
      memory: positive(1_048_576).default(3500).describe("Least memory, in MiB (a server sold with 4 GB shows less)."),
      disk: positive(1_048_576).default(45).describe("Least size of the file system that holds Docker's data, in GiB."),
    })
    .prefault({})
    .describe("What the server must have; a smaller one is refused before anything is changed on it."),
});

export const host = z
  .discriminatedUnion("type", [localHost, sshHost])
  .describe("Where the stack runs.")
  .meta({ mend: "Set host.type to `local`, or to `ssh` with host.address and host.hostKey." });
