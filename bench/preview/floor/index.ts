/** An empty program that loads the same plugins. */
import * as command from "@pulumi/command";
import * as docker from "@pulumi/docker";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

new command.Provider("command");
new docker.Provider("docker", { host: "ssh://nobody@203.0.113.1" });
new random.Provider("random");
new tls.Provider("tls");
