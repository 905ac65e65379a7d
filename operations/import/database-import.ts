/** `socle import database`: a dump is staged on the host and looked at, then takes the place of the stack's own database. */
import { randomUUID } from "node:crypto";

import { confirm } from "@inquirer/prompts";

import { problems, type Wordings } from "../../config/problem.ts";
import { rowsOf } from "../backup/rows.ts";
import { whileClosed } from "../closed-site.ts";
import type { Stack } from "../stack.ts";
import { table } from "../table.ts";
import type { DatabaseSource } from "./database-source.ts";
import { upload } from "./upload.ts";

/** What a dump holds; `left` is what stays behind because it belongs to the former server. */
export interface Dump {
  form: string;
  /** Version of the server that it was made of; empty where it does not say. */
  server: string;
  bytes: number;
  extensions: string[];
  /** Extensions that PostgreSQL's image does not have. */
  missing: string[];
  left: string[];
  tables: Record<string, number>;
}

const script = "import/database.sh";

export const wordings = {
  "import.without-backups": ({ stack }: { stack: string }) => [
    `Stack ${stack} makes no backups, so that the state before could not be saved.`,
    `Set backup.enabled to true and run: npm run -s pulumi -- up -s ${stack}`,
  ],
} satisfies Wordings;

const problem = problems(wordings);

export class DatabaseImport {
  readonly #stack: Stack;
  readonly #words: string[];

  /** @throws import.without-backups where the stack makes no backups: what is replaced could not be saved */
  constructor(stack: Stack) {
    if (!stack.outputs.services["backup"]) throw problem("import.without-backups", { stack: stack.name });
    const { name, postgres } = stack.outputs.operations;
    this.#stack = stack;
    this.#words = [name, postgres.database, postgres.owner, randomUUID()];
  }

  /** @throws HostError where it is no dump that can be taken */
  async stage({ action, ...content }: DatabaseSource): Promise<Dump> {
    return JSON.parse(await upload(this.#stack, script, [...this.#words, action], content)) as Dump;
  }

  /** Rows of the stack's own database as they are now. */
  present(): Promise<Record<string, number>> {
    return rowsOf(this.#stack);
  }

  /** Answers with the id of the backup that holds the state before. */
  async apply(reason: string): Promise<string> {
    const saved = await whileClosed(this.#stack, reason, () =>
      this.#stack.host.ask(script, [...this.#words, "apply"], { aloud: true }),
    );
    return saved.trim();
  }

  async discard(): Promise<void> {
    await this.#stack.host.ask(script, [...this.#words, "discard"]);
  }
}

/** The plan, for people. */
export function describeDump(source: string, dump: Dump, present: Record<string, number>): string {
  const { form, server, bytes, extensions, left, tables } = dump;
  const names = [...new Set([...Object.keys(tables), ...Object.keys(present)])].sort();
  const rows = names
    .filter((name) => (tables[name] ?? 0) > 0 || (present[name] ?? 0) > 0)
    .map((name) => [`  ${name}`, String(tables[name] ?? 0).padStart(12), String(present[name] ?? 0).padStart(12)]);
  return [
    `${source}: ${form} dump of PostgreSQL ${server || "of unknown version"}, ${String(Math.ceil(bytes / 1e6))} MB`,
    ...(extensions.length > 0 ? [`Extensions: ${extensions.join(", ")}`] : []),
    ...(left.length > 0 ? [`Left behind: ${left.join(", ")}`] : []),
    "Everything in it will belong to the stack's own role; owners and privileges of the former server are left behind.",
    "",
    table(["  TABLE", "ROWS TO COME", "ROWS NOW"], rows),
    "",
  ].join("\n");
}

export const agreed = (): Promise<boolean> =>
  confirm({ message: "Replace the database by it? The state before is saved first.", default: false });
