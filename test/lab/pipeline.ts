// The pipeline's command, run as a workflow runs it: in a project's folder, with GitHub's files beside it.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { pipelineProgram } from "../../operations/pipeline/program.ts";
import { runCommand } from "../../operations/command-line.ts";
import { type Result, run } from "./command.ts";
import { inProcess } from "./in-process.ts";

export const clone = join(import.meta.dirname, "..", "..");

export interface Ended extends Result {
  /** What the step hands on, by name. */
  outputs: Record<string, string>;
  /** Markdown on the run's page. */
  summary: string;
}

interface Surroundings {
  directory?: string;
  environment?: Readonly<Record<string, string | undefined>>;
}

/** Runs a command of the pipeline. Variables of this process that a run of GitHub Actions would set are left out. */
export const pipeline = (words: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  withFiles(surroundings, ({ directory, environment }) =>
    run(process.execPath, [join(clone, "operations", "pipeline", "pipeline.ts"), ...words], {
      ...{ directory, environment },
      check: false,
    }),
  );

/** The same in this process, which spares a Node's start: for commands that hand nothing on to another's output. */
export const pipelineHere = (words: readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  withFiles(surroundings, (around) => inProcess(() => runCommand(pipelineProgram(), words), around));

async function withFiles(
  { directory = clone, environment = {} }: Surroundings = {},
  command: (surroundings: Required<Surroundings>) => Promise<Result>,
): Promise<Ended> {
  const folder = await mkdtemp(join(tmpdir(), "socle-pipeline-"));
  const [output, summary] = [join(folder, "output"), join(folder, "summary")];
  try {
    await Promise.all([output, summary].map((file) => writeFile(file, "")));
    const result = await command({
      directory,
      environment: {
        GITHUB_TOKEN: undefined,
        PULUMI_ACCESS_TOKEN: undefined,
        PULUMI_BACKEND_URL: undefined,
        PULUMI_OPTION_POLICY_PACK: undefined,
        NO_COLOR: "1",
        ...environment,
        GITHUB_OUTPUT: output,
        GITHUB_STEP_SUMMARY: summary,
      },
    });
    const pairs = (await readFile(output, "utf8")).split("\n").filter(Boolean);
    return {
      ...result,
      outputs: Object.fromEntries(
        pairs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
      ),
      summary: await readFile(summary, "utf8"),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
