/** What the host and the stack's containers tell, in one session. */
import { readFileSync } from "node:fs";

import type { AuditSubject } from "../../config/audit-subject.ts";
import type { Command } from "../../config/preset.ts";
import type { Stack } from "../stack.ts";
import { Facts } from "./facts.ts";

export async function gatherInside(stack: Stack, { check, pending }: AuditSubject): Promise<Facts> {
  const { host, postgres } = stack.outputs.operations;
  const given = {
    machine: host.type === "local" ? "local" : "server",
    user: host.type === "local" ? undefined : host.user,
    backend: stack.container("backend"),
    nginx: stack.container("nginx"),
    postgres: stack.container("postgres"),
    database: postgres.database,
    check: line(check),
    pending: line(pending),
  };
  const queries = readFileSync(new URL("../../host/audit/database.sql", import.meta.url), "utf8");
  try {
    return new Facts(await stack.host.ask("audit/facts.sh", given, { input: queries }));
  } catch (error) {
    return new Facts("", `could not be asked: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A command as a line of shell. */
const line = (command: Command = []): string => command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
