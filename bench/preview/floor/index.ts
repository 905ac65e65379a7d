/** An empty program that loads the same plugins. */
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

new command.Provider("command");
new docker.Provider("docker", {
  host: "ssh://nobody@203.0.113.1",
  // Nobody is reached; the policies want the host key pinned all the same.
  sshOpts: ["-o", "StrictHostKeyChecking=yes", "-o", "KnownHostsCommand=/bin/echo 203.0.113.1 ssh-ed25519 AAAA"],
});
new random.Provider("random");
new tls.Provider("tls");
