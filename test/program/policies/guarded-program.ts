// The least program that the policies guard: their gate, and one container behind it, made as the site's own are.
import * as docker from "@pulumi/docker";

import { container } from "../../../components/container.ts";
import { policyGate } from "../../../components/policy-gate.ts";

await policyGate("policy-gate", { tier: "production", policies: { enforcement: {}, waivers: [] } });
const reference = `nginx@sha256:${"a".repeat(64)}`;
const image = new docker.RemoteImage("watch-image", { name: reference });
const args = {
  ...{ stack: "socle-production", service: "watch", overlap: false, image, reference, user: "10001:10001" },
  networks: [{ name: "socle-production-edge" }],
  health: { command: ["true"], interval: 60, timeout: 5, retries: 3, startPeriod: 10 },
  ...{ memory: 256, cpus: 1, stopGrace: 30 },
};
// No setting brings this about, and at preview nobody knows it.
const undecided = process.env["GUARDED_PROGRAM"] === "undecided";
container("watch", args, {
  transformations: undecided ? [({ props, opts }) => ({ props: { ...props, ipcMode: image.imageId }, opts })] : [],
});
