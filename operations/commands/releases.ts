/** `socle releases`: what was released when, by whom, and how it ended. */
import type { Command } from "commander";

import { type History, readHistory, type Release, serving } from "../release-history.ts";
import { OperatorError, Stack } from "../stack.ts";
import { type StackOptions, withStack } from "../stack-option.ts";
import { coloured, table } from "../table.ts";

export function addReleases(program: Command): void {
  withStack(
    program
      .command("releases")
      .description("what was released when, by whom, and how it ended; exit status 1 where the record was changed")
      .addHelpText(
        "after",
        "\nExamples:\n  socle releases --stack production\n  socle releases --json | jq '.releases[-1]'\n",
      ),
  ).action(async ({ stack: name, json }: StackOptions) => {
    const history = await readHistory(Stack.read(name));
    if (json) console.log(JSON.stringify(history, undefined, 2));
    else console.log(page(history));
    if (history.flaws.length > 0)
      throw new OperatorError(
        `The record of releases is not as it was written: ${history.flaws.join("; ")}.\n    → Find out who changed it: releases.jsonl in the stack's folder on the host (/var/lib/socle). What it says is no proof any more.`,
      );
  });
}

function page(history: History): string {
  if (history.releases.length === 0) return "No release is recorded yet.";
  const now = serving(history);
  const rows = history.releases.map((release) => [
    `${release.number}${release === now ? " *" : ""}`,
    release.result === "succeeded" ? coloured("green", release.result) : coloured("red", release.result),
    release.when.replace("T", " ").replace(/:\d\dZ$/, ""),
    release.who || "unknown",
    shortImage(release),
    release.released.release,
    remark(release),
  ]);
  return `${table(["RELEASE", "RESULT", "WHEN (UTC)", "WHO", "IMAGE", "HASH", ""], rows)}\n\n* serves`;
}

/** Repository, tag, and as much of the digest as tells it apart. */
export function shortImage({ released: { image, digest } }: Release): string {
  const [named = ""] = image.split("@");
  const name = named.split("/").at(-1) ?? named;
  return digest === "" ? name : `${name}@${digest.replace("sha256:", "").slice(0, 12)}`;
}

function remark({ reason, heads }: Release): string {
  if (reason !== "") return reason;
  return heads.before === heads.after ? "" : "migrated";
}
