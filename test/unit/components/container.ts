// A container's inputs as they are read here.
import type { Registered } from "./engine.ts";

export interface Inputs {
  image: string;
  user: string;
  command?: string[];
  entrypoints?: string[];
  envs: string[];
  labels: { label: string; value: string }[];
  mounts: { source: string; target: string; readOnly: boolean; type: string }[];
  tmpfs: Record<string, string>;
  ports: { external: number; internal: number; ip: string; protocol: string }[];
  networkMode: string;
  networksAdvanced: { name: string; aliases: string[] }[];
  healthcheck: { tests: string[]; interval: string; timeout: string; startPeriod: string; retries: number };
  memory: number;
  memorySwap: number;
  cpus: string;
  shmSize: number;
  stopTimeout: number;
  destroyGraceSeconds: number;
}

export const inputsOf = (container: Registered): Inputs => container.inputs as unknown as Inputs;

/** What its label calls it, such as `backend`. */
export const serviceOf = (container: Registered): string =>
  inputsOf(container).labels.find(({ label }) => label === "socle.service")?.value ?? "";
