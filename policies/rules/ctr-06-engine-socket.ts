import { hostPaths } from "../host-path.ts";
import { type Rule, when } from "../rule.ts";

const sockets = /\/(docker|containerd|podman|crio)\.sock$/;
/** Folders that hold a socket: the engine's is /var/run/docker.sock, which is /run/docker.sock. */
const folders = ["/run", "/var/run", "/run/docker", "/run/containerd", "/run/podman", "/var"];

export const rule: Rule = {
  id: "CTR-06",
  name: "no container gets the engine's socket",
  description: "Who may talk to the engine is root on the host.",
  severity: "critical",
  reference: "CIS Docker Benchmark 5.32",
  mend: "Remove the entry from the container's `mounts`; what it should learn of others, it asks them over a network.",
  decide: {
    container: (container) =>
      hostPaths(container).flatMap(({ path, where }) =>
        when(sockets.test(path) || folders.includes(path), `found ${path}`, where),
      ),
  },
};
