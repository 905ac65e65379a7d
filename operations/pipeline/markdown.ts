/** A plan and its verdict in Markdown, as a reviewer reads it on a pull request. */
import { blocking, type Change, isRefused, type Plan } from "./plan.ts";

/** A part of a page: what must be read, and the long text that may be cut. */
export interface Section {
  head: string;
  /** Shown folded. */
  text: string;
}

const signs: Record<Change, string> = { replace: "±", update: "~", create: "+", delete: "−" };
/** Rows that are shown unfolded. */
const short = 25;

/** @param failed whether the preview ended with an error */
export function section(stack: string, plan: Plan, text: string, failed: boolean): Section {
  const { changes, violations, errors } = plan;
  const refused = isRefused(plan, failed);
  const mend = blocking(plan).length;
  const awaited = violations.filter((violation) => violation.mandatory && violation.awaited).length;
  const verdict = refused
    ? `is refused${mend > 0 ? `: ${String(mend)} to mend` : ""}`
    : changes.length === 0
      ? "stays as it is"
      : `changes: ${counted(changes.map(({ change }) => change))}`;
  const rows = changes.map(
    ({ change, type, name, because }) =>
      `| ${signs[change]} ${change} | \`${name}\` | ${cell(type)} | ${because.map((input) => `\`${input}\``).join(", ")} |`,
  );
  const judged = violations.map(
    ({ rule, mandatory, awaited: later, resource, message }) =>
      `| ${later && mandatory ? "⏳" : mandatory ? "❌" : "⚠️"} ${cell(rule)} | \`${resource}\` | ${cell(message)} |`,
  );
  return {
    head: [
      `### ${refused ? "❌" : "✅"} ${stack} ${verdict}`,
      ...(awaited > 0 ? [`⏳ Evidence to come before an image goes out there: ${String(awaited)}.`] : []),
      ...errors.map((message) => fenced(message)),
      ...(rows.length > 0
        ? [
            folded(
              `Plan: ${String(rows.length)} resources`,
              table(["Change", "Name", "Type", "Because of"], rows),
              rows.length <= short,
            ),
          ]
        : []),
      ...(judged.length > 0
        ? [
            folded(
              `Policies: ${String(mend)} to mend, ${String(judged.length - mend)} to know of`,
              table(["Rule", "Where", "What"], judged),
              mend > 0,
            ),
          ]
        : ["Policies: nothing to mend, nothing to know of."]),
    ].join("\n\n"),
    text,
  };
}

/** What a stack's section says where this run may not see its state. */
export function unseen(stack: string): Section {
  return {
    head: [
      `### ${stack}: no plan`,
      "This run has no access to the stack's state (neither PULUMI_BACKEND_URL nor PULUMI_ACCESS_TOKEN is set), as on pull requests of forks. The verdict without an engine stands in the job `check`.",
    ].join("\n\n"),
    text: "",
  };
}

/**
 * The page; the long texts are cut, evenly, so that all of it keeps within the limit.
 * @param limit in bytes of UTF-8. GitHub counts characters; bytes are never fewer.
 */
export function page(title: string, sections: readonly Section[], limit: number): string {
  const fixed = [title, ...sections.map(({ head }) => head)].join("\n\n");
  const details = sections.filter(({ text }) => text !== "");
  const left = limit - Buffer.byteLength(fixed) - 2;
  const wrapped = (text: string): string => folded("The engine's own words", fenced(text), false);
  const whole = [title, ...sections.map(({ head, text }) => (text === "" ? head : `${head}\n\n${wrapped(text)}`))].join(
    "\n\n",
  );
  if (Buffer.byteLength(whole) <= limit) return whole;
  const overhead = Buffer.byteLength(wrapped("")) + 200;
  const share = Math.floor(left / Math.max(details.length, 1)) - overhead;
  const parts = sections.map(({ head, text }) =>
    text === "" || share < 200 ? head : `${head}\n\n${wrapped(cut(text, share))}`,
  );
  return cut([title, ...parts].join("\n\n"), limit);
}

/** Whole lines from the beginning, with a note of what is missing; at most `limit` bytes. */
export function cut(text: string, limit: number): string {
  if (Buffer.byteLength(text) <= limit) return text;
  const lines = text.split("\n");
  const note = (missing: number): string => `… cut here: ${String(missing)} more lines are in the log of this run.`;
  const room = limit - Buffer.byteLength(note(lines.length)) - 1;
  const kept: string[] = [];
  let used = 0;
  for (const line of lines) {
    used += Buffer.byteLength(line) + 1;
    if (used > room) break;
    kept.push(line);
  }
  return [...kept, note(lines.length - kept.length)].join("\n");
}

function counted(changes: readonly Change[]): string {
  const kinds = (["replace", "update", "create", "delete"] as const).filter((kind) => changes.includes(kind));
  return kinds.map((kind) => `${String(changes.filter((one) => one === kind).length)} to ${kind}`).join(", ");
}

const table = (titles: readonly string[], rows: readonly string[]): string =>
  [`| ${titles.join(" | ")} |`, `|${titles.map(() => " --- |").join("")}`, ...rows].join("\n");

const folded = (title: string, body: string, open: boolean): string =>
  `<details${open ? " open" : ""}><summary>${title}</summary>\n\n${body}\n\n</details>`;

/** A fence longer than any in the text. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}

/** Text of a table's cell: it ends no cell, is no HTML and calls nobody by name. */
const cell = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("|", "\\|")
    .replaceAll("@", "&#64;")
    .replaceAll(/\s*\n\s*/g, "<br>");
