/** What Pulumi itself wrote down: how an update ended, and what one that was killed was about to make. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";

import { problems, type Wordings } from "../config/problem.ts";

const project = join(import.meta.dirname, "..");

/** The stack by the name under which any backend finds it. */
export type StackName = string;

export const wordings = {
  "state.unreadable": ({ words, code }: { words: readonly string[]; code: number | null }) => [
    `pulumi ${words.join(" ")} ended with exit code ${String(code)}`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

/**
 * How the update ended that ended last.
 * @param since only one that ended after it counts; the state knows whole seconds
 * @returns undefined: there is none, so that it was killed, or goes on
 * @throws state.unreadable
 */
export async function endOfUpdate(stack: StackName, since: Date): Promise<"succeeded" | "failed" | undefined> {
  const [last] = JSON.parse(await asked(["stack", "history", "--json", "--page-size", "1"], stack)) as {
    endTime?: string;
    result: string;
  }[];
  const ended = last?.endTime === undefined ? Number.NaN : Date.parse(last.endTime);
  if (!(ended >= Math.floor(since.getTime() / 1000) * 1000)) return undefined;
  return last?.result === "succeeded" ? "succeeded" : "failed";
}

export interface Interrupted {
  /** Services whose container was being made. */
  services: string[];
  /** Names of networks that were being made. */
  networks: string[];
  /** Ids of all that the state knows. */
  known: string[];
}

interface Resource {
  type: string;
  id?: string;
  inputs?: { name?: string; labels?: { label: string; value: string }[] };
}

/** What was being made when an update was killed. @throws state.unreadable */
export async function interrupted(stack: StackName): Promise<Interrupted> {
  const { deployment } = JSON.parse(await asked(["stack", "export"], stack)) as {
    deployment: { resources?: Resource[]; pending_operations?: { resource: Resource; type: string }[] };
  };
  const making = (deployment.pending_operations ?? [])
    .filter(({ type }) => type === "creating")
    .map(({ resource }) => resource);
  const ofType = (type: string): Resource[] => making.filter((resource) => resource.type === type);
  return {
    services: ofType("docker:index/container:Container").flatMap(
      ({ inputs }) => inputs?.labels?.find(({ label }) => label === "socle.service")?.value ?? [],
    ),
    networks: ofType("docker:index/network:Network").flatMap(({ inputs }) => inputs?.name ?? []),
    known: (deployment.resources ?? []).flatMap(({ id }) => id ?? []),
  };
}

/** Asks the CLI that people here call, which finds the state as the one did that runs this program. */
async function asked(words: readonly string[], stack: StackName): Promise<string> {
  const child = spawn("pulumi", [...words, "--stack", stack, "--cwd", project, "--non-interactive"], {
    env: {
      ...process.env,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Where the engine takes its program's logs and traces: once it is gone, the CLI would try it for five seconds.
      PULUMI_LOG_OTLP_ENDPOINT: undefined,
      PULUMI_OTEL_EXPORTER_OTLP_ENDPOINT: undefined,
      TRACEPARENT: undefined,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const [said, code] = await Promise.all([text(child.stdout), ended]);
  if (code !== 0) throw problem("state.unreadable", { words, code });
  return said;
}
