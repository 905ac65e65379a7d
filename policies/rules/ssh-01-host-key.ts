import { type Rule, when } from "../rule.ts";
import { unpinned } from "../ssh-options.ts";

export const rule: Rule = {
  id: "SSH-01",
  name: "the server's host key is pinned",
  description: "Without it, whoever stands in between gets the secrets that are sent.",
  severity: "critical",
  reference: "ssh_config(5): StrictHostKeyChecking, KnownHostsCommand; docs/adr/0002",
  mend: "Set `host.hostKey` to what `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the server's own console.",
  decide: {
    command: ({ environment = {}, connection }) => {
      if (connection) return when(!connection.hostKey, "is not set", "connection.hostKey");
      if (!environment["SOCLE_SSH_TARGET"]) return undefined;
      const why = unpinned((environment["SOCLE_SSH_OPTIONS"] ?? "").split("\n"));
      return when(why, why ?? "", "environment.SOCLE_SSH_OPTIONS");
    },
    provider: ({ host = "", sshOpts = "[]" }) => {
      if (!host.startsWith("ssh://")) return undefined;
      const why = unpinned(JSON.parse(sshOpts) as string[]);
      return when(why, why ?? "", "sshOpts");
    },
  },
};
