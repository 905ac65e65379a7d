/** How host/run.sh reaches a host: the variables that it reads. */
import type { Settings } from "../config/schema.ts";
import { sshOptions } from "./ssh.ts";

export function target(host: Settings["host"]): Record<string, string> {
  return host.type === "local"
    ? { DOCKER_HOST: host.socket }
    : {
        SOCLE_SSH_TARGET: `${host.user}@${host.address}`,
        SOCLE_SSH_PORT: String(host.port),
        SOCLE_SSH_OPTIONS: sshOptions(host).join("\n"),
      };
}
