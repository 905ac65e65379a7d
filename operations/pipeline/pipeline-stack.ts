/** A stack as a pipeline works on it: its state is kept where every run finds it, its image comes from a build. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { imageDigest } from "../../policies/evidence/demand.ts";
import { keepsStateElsewhere } from "../../toolchain/local-state.ts";
import { findProject, type Project } from "../../toolchain/project.ts";
import { attempt, capture, pulumi } from "../../toolchain/pulumi.ts";
import { OperatorError } from "../stack.ts";

/** How far back an update counts as one that the stack has run. */
const remembered = 100;

interface Update {
  kind: string;
  result: string;
  config: Record<string, { value?: string; secret?: boolean }>;
}

export class PipelineStack {
  readonly name: string;
  readonly #project: Project;
  readonly #environment: NodeJS.ProcessEnv;

  /** The stack of the project in the working folder. @throws OperatorError where there is no project */
  constructor(name: string, environment: NodeJS.ProcessEnv = process.env) {
    const project = findProject(process.cwd());
    if (!project)
      throw new OperatorError("There is no Pulumi.yaml here.\n    → Run this in the folder of the project.");
    this.name = name;
    this.#project = project;
    this.#environment = environment;
  }

  /** Whether the state is kept somewhere that outlives this run. */
  get isReachable(): boolean {
    return keepsStateElsewhere(this.#project, this.#environment);
  }

  /** @throws OperatorError where a run would begin with an empty state, and so make a second site */
  demandState(): void {
    if (!this.isReachable)
      throw new OperatorError(
        `Stack ${this.name}: neither PULUMI_BACKEND_URL nor PULUMI_ACCESS_TOKEN is set, so its state is not to be seen; nothing was changed.\n    → Set one of them among the variables and secrets of the GitHub environment (docs/pipeline.md).`,
      );
  }

  /** The image that the stack runs, by digest; undefined where it was never brought up. */
  runningImage(): string | undefined {
    const { status, stdout } = this.#attempt("stack", "output", "--json");
    if (status !== 0) return undefined;
    const { services } = JSON.parse(stdout) as { services?: Record<string, { digest: string }> };
    const digest = services?.["backend"]?.digest;
    const configured = this.#configuredImage();
    return digest && configured ? `${repositoryOf(configured)}@${digest}` : undefined;
  }

  /** Writes the image into the stack's file, as a person would. */
  setImage(image: string): void {
    capture(
      this.#words("config", "set", "--path", `${this.#project.name}:application.image`, image),
      this.#environment,
    );
  }

  /** Digests of the application's image in updates that succeeded, the newest first. */
  ranDigests(): string[] {
    const words = this.#words("stack", "history", "--json", "--page", "1", "--page-size", String(remembered));
    const { status, stdout, stderr } = attempt(words, this.#environment);
    if (status !== 0)
      throw new OperatorError(
        `What stack ${this.name} ran could not be read: ${stderr.trim()}\n    → See that this run may read the state of ${this.name} (docs/pipeline.md).`,
      );
    const updates = JSON.parse(stdout) as Update[];
    return updates
      .filter(({ kind, result }) => kind === "update" && result === "succeeded")
      .map(({ config }) => config[`${this.#project.name}:application`])
      .flatMap((setting) => (setting?.value && !setting.secret ? [setting.value] : []))
      .flatMap((value) => imageDigest((JSON.parse(value) as { image?: string }).image ?? "") ?? []);
  }

  /** What `up` would do, with the policies' verdict. `log` holds the engine's events, a line of JSON each. */
  preview(): { failed: boolean; text: string; log: string } {
    const folder = mkdtempSync(join(tmpdir(), "socle-preview-"));
    const log = join(folder, "events.jsonl");
    try {
      const words = this.#words(
        "preview",
        "--diff",
        "--policy-pack",
        "policies",
        "--color",
        "never",
        "--event-log",
        log,
      );
      // The log of events is an option for those who look into the engine.
      const { status, stdout, stderr } = attempt(words, { ...this.#environment, PULUMI_DEBUG_COMMANDS: "true" });
      return { failed: status !== 0, text: `${stdout}${stderr}`, log: readFileSync(log, "utf8") };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Carries the configuration out, with the policies; the output is this process's. Answers with the exit code. */
  async up(message: string): Promise<number> {
    const words = this.#words("up", "--yes", "--policy-pack", "policies", "--message", message);
    return pulumi(words, this.#environment);
  }

  /** Where a visitor starts. */
  url(): string {
    return (JSON.parse(capture(this.#words("stack", "output", "--json"), this.#environment)) as { url: string }).url;
  }

  #configuredImage(): string | undefined {
    const { status, stdout } = this.#attempt("config", "get", "--path", `${this.#project.name}:application.image`);
    return status === 0 ? stdout.trim() : undefined;
  }

  #attempt(...words: string[]): { status: number | null; stdout: string } {
    return attempt(this.#words(...words), this.#environment);
  }

  #words(...words: string[]): string[] {
    return [...words, "--stack", this.name, "--non-interactive", "--cwd", this.#project.folder];
  }
}

/** `registry/name`, without tag and digest. */
export const repositoryOf = (image: string): string => image.replace(/@.*$/, "").replace(/:[^:/]*$/, "");
