/** Anonymised data on its way: made at the source, sent through this process, put in the place of the target's own. */
import { randomUUID } from "node:crypto";

import { problems, type Wordings } from "../../config/problem.ts";
import type { Backup, Manifest } from "../backup/repository.ts";
import { Repository } from "../backup/repository.ts";
import { whileClosed } from "../closed-site.ts";
import { record } from "../evidence/record.ts";
import { upload } from "../import/upload.ts";
import type { Stack } from "../stack.ts";
import { judge, ruleLines, type Ruled } from "./judgement.ts";
import type { Column } from "./rule.ts";
import type { Rules } from "./rules-file.ts";

/** What was made at the source. */
export interface Made {
  bytes: number;
  /** Raw values that were looked for. */
  samples: number;
  /** Uploaded files, and how many of them leave as they are. */
  files: number;
  kept: number;
}

const script = "refresh/source.sh";

export const wordings = {
  "refresh.without-backups": ({ stack }: { stack: string }) => [
    `Stack ${stack} makes no backups, which a refresh needs on both sides.`,
    `Set backup.enabled to true and run: npm run -s pulumi -- up -s ${stack}`,
  ],
  "refresh.foreign-backup": ({ backup, of, source }: { backup: string; of: string; source: string }) => [
    `Backup ${backup} is of ${of}, not of ${source}.`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

export class Refresh {
  readonly #source: Stack;
  readonly #target: Stack;
  readonly #rules: Rules;
  readonly #token = randomUUID();
  readonly backup: Backup;
  readonly manifest: Manifest;

  private constructor(source: Stack, target: Stack, rules: Rules, backup: Backup, manifest: Manifest) {
    this.#source = source;
    this.#target = target;
    this.#rules = rules;
    this.backup = backup;
    this.manifest = manifest;
  }

  /**
   * @param id of the backup; default: the newest
   * @throws refresh.… where this must never be done, or cannot be
   */
  static async of(source: Stack, target: Stack, rules: Rules, id: string | undefined): Promise<Refresh> {
    for (const stack of [source, target])
      if (!stack.outputs.services["backup"]) throw problem("refresh.without-backups", { stack: stack.name });
    const repository = new Repository(source);
    const backup = await repository.find({ id });
    const manifest = await repository.manifest(backup.id);
    if (manifest.stack !== source.outputs.operations.name)
      throw problem("refresh.foreign-backup", { backup: backup.id, of: manifest.stack, source: source.name });
    return new Refresh(source, target, rules, backup, manifest);
  }

  /** The rule of every column of the backup. @throws refresh.rules-unsuitable */
  async plan(): Promise<Ruled[]> {
    const columns = JSON.parse(await this.#source.host.ask(script, [this.#name, "tables", this.backup.id])) as Column[];
    return judge(this.#rules, columns);
  }

  /** Masks and searches the backup; nothing leaves yet. */
  async make(ruled: readonly Ruled[]): Promise<Made> {
    const words = [this.#name, "make", this.backup.id, this.#token];
    return JSON.parse(
      await this.#source.host.ask(script, words, { input: ruleLines(this.#rules, ruled), aloud: true }),
    ) as Made;
  }

  /** Answers with the id of the target's backup that holds the state before. */
  async ship({ bytes, samples }: Made, columns: number): Promise<string> {
    const { name, postgres } = this.#target.outputs.operations;
    const saved = await whileClosed(this.#target, `socle refresh --from ${this.#source.name}`, () => {
      const sending = this.#source.host.stream(script, [this.#name, "send", this.#token]);
      sending.input.end();
      const whole = sending.ended();
      // Said where it is waited for, which is later.
      whole.catch(() => undefined);
      const words = [name, postgres.database, postgres.owner];
      return upload(this.#target, "refresh/target.sh", words, { content: sending.output, size: bytes, whole });
    });
    await record({
      policy: "EVD-10",
      subject: this.#target.outputs.services["backend"]?.digest ?? "",
      stack: name,
      tool: { name: "socle refresh", version: `PostgreSQL ${this.manifest.postgres}` },
      result: "passed",
      details: { from: this.#name, snapshot: this.backup.id, columns, samples, hits: 0 },
    });
    return saved.trim();
  }

  async discard(): Promise<void> {
    await this.#source.host.ask(script, [this.#name, "discard", this.#token]);
  }

  get #name(): string {
    return this.#source.outputs.operations.name;
  }
}
