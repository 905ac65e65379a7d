/** What a step hands to those after it, and what the page of the run shows: GitHub's files, and the log for all others. */
import { appendFileSync } from "node:fs";

/** An output of the step. */
export function put(name: string, value: string): void {
  if (/[\r\n]/.test(value)) throw new Error(`the output ${name} has more than one line`);
  console.log(`${name}: ${value}`);
  const file = process.env["GITHUB_OUTPUT"];
  if (file) appendFileSync(file, `${name}=${value}\n`);
}

/** Markdown for the page of the run. */
export function summarise(markdown: string): void {
  const file = process.env["GITHUB_STEP_SUMMARY"];
  if (file) appendFileSync(file, `${markdown}\n`);
}
