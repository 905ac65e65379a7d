// A resource of the program, made with Docker's command line and a shell as its provider would make it.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { shellWords } from "../../config/shell-word.ts";
import type { Inputs as ContainerInputs } from "../unit/components/container.ts";
import { docker } from "./command.ts";

const project = join(import.meta.dirname, "..", "..");

/** Of networks, volumes, containers and tasks. */
export type Inputs = Omit<ContainerInputs, "labels"> & {
  labels?: ContainerInputs["labels"];
  name?: string;
  hostname?: string;
  internal?: boolean;
  hosts?: { host: string; ip: string }[];
  stopSignal?: string;
  create: string;
  delete: string;
  stdin?: string;
  environment: Record<string, string>;
};

/**
 * Makes it; what is none of the engine's and no task is nothing to be made.
 * @param environment of a task, beside its own
 */
export async function make(
  type: string,
  name: string,
  inputs: Inputs,
  environment: Record<string, string>,
): Promise<void> {
  const labels = (inputs.labels ?? []).map(({ label, value }) => `--label=${label}=${value}`);
  switch (type) {
    case "docker:Network":
      await docker(["network", "create", ...labels, `--internal=${inputs.internal}`, inputs.name ?? ""]);
      break;
    case "docker:Volume":
      await docker(["volume", "create", ...labels, inputs.name ?? ""]);
      break;
    case "docker:Container":
      await startContainer(inputs.name ?? `${name}-0f1e2d3`, inputs, labels);
      break;
    case "command:Command":
      await runTask(name, inputs, environment);
  }
}

/** As the provider asks for it, but for how often the engine looks after it. */
async function startContainer(container: string, inputs: Inputs, labels: string[]): Promise<void> {
  const { healthcheck: health, entrypoints: [program, ...words] = [] } = inputs;
  const [network, ...others] = inputs.networksAdvanced;
  const aliased = (option: string, aliases: string[] = []) => aliases.map((alias) => `--${option}=${alias}`);
  await docker([
    ...["create", `--name=${container}`, ...labels, `--network=${network?.name}`],
    ...aliased("network-alias", network?.aliases),
    ...(inputs.hostname ? [`--hostname=${inputs.hostname}`] : []),
    ...(inputs.hosts ?? []).map(({ host, ip }) => `--add-host=${host}:${ip}`),
    ...inputs.envs.map((variable) => `--env=${variable}`),
    ...inputs.mounts.map(
      ({ source, target, readOnly }) =>
        `--mount=type=volume,source=${source},target=${target}${readOnly ? ",readonly" : ""}`,
    ),
    ...Object.entries(inputs.tmpfs).map(([path, mode]) => `--tmpfs=${path}${mode ? `:${mode}` : ""}`),
    ...inputs.ports.map(({ ip, external, internal }) => `--publish=${ip}:${external}:${internal}`),
    `--health-cmd=${shellWords(health.tests.slice(1))}`,
    // Whoever waits for one asks it (host/healthy.sh); the engine's asking takes a tenth of a processor second each time.
    ...["--health-interval=30s", `--health-timeout=${health.timeout}`],
    ...[`--health-start-period=${health.startPeriod}`, `--health-retries=${health.retries}`],
    ...[`--memory=${inputs.memory}m`, `--memory-swap=${inputs.memorySwap}m`, `--cpus=${inputs.cpus}`],
    ...[`--shm-size=${inputs.shmSize}m`, `--user=${inputs.user}`, "--restart=unless-stopped"],
    `--stop-timeout=${inputs.stopTimeout}`,
    ...(inputs.stopSignal ? [`--stop-signal=${inputs.stopSignal}`] : []),
    ...["--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--ipc=private"],
    ...(program === undefined ? [] : [`--entrypoint=${program}`]),
    ...[inputs.image, ...words, ...(inputs.command ?? [])],
  ]);
  for (const { name, aliases } of others)
    await docker(["network", "connect", ...aliased("alias", aliases), name, container]);
  await docker(["start", container]);
}

/** As the provider of commands runs it. */
async function runTask(name: string, inputs: Inputs, environment: Record<string, string>): Promise<void> {
  const child = spawn("sh", ["-c", inputs.create], {
    cwd: project,
    env: { ...process.env, ...inputs.environment, ...environment },
    stdio: "pipe",
  });
  child.stdin.on("error", () => undefined);
  child.stdin.end(inputs.stdin ?? "");
  const ended = new Promise<number | null>((resolve, reject) => child.on("error", reject).on("close", resolve));
  const [said, code] = [await Promise.all([text(child.stdout), text(child.stderr)]), await ended];
  if (code !== 0) throw new Error(`task ${name} ended with exit code ${String(code)}:\n${said.join("")}`);
}
