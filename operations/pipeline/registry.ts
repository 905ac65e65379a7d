/** Images of a registry, by crane: no engine is needed, and what is tagged anew is the same to the byte. */
import { OperatorError } from "../stack.ts";
import { run, tool } from "../tool.ts";

/** The digest that a tag names; undefined where there is no such image. @throws OperatorError */
export function digestOf(reference: string): string | undefined {
  const { status, stdout, stderr } = run(tool("go", "crane"), ["digest", reference]);
  if (status === 0) return stdout.trim();
  if (/MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/.test(stderr)) return undefined;
  throw refusal(reference, stderr);
}

/** Gives an image a further tag. @throws OperatorError */
export function addTag(image: string, tag: string): void {
  const { status, stderr } = run(tool("go", "crane"), ["tag", image, tag]);
  if (status !== 0) throw refusal(image, stderr);
}

/** Puts an archive of files under a tag, as an image of one layer. @throws OperatorError */
export function pushFiles(reference: string, archive: string): void {
  const words = ["append", "--oci-empty-base", `--new_layer=${archive}`, `--new_tag=${reference}`];
  const { status, stderr } = run(tool("go", "crane"), words);
  if (status !== 0) throw refusal(reference, stderr);
}

/** Brings them back. @returns whether there are any @throws OperatorError */
export function pullFiles(reference: string, archive: string): boolean {
  if (digestOf(reference) === undefined) return false;
  const { status, stderr } = run(tool("go", "crane"), ["export", reference, archive]);
  if (status !== 0) throw refusal(reference, stderr);
  return true;
}

const refusal = (reference: string, said: string): OperatorError =>
  new OperatorError(
    `The registry did not answer for ${reference}: ${said.trim()}\n    → See that the name is right and that this run is logged in: docker login ${reference.split("/")[0] ?? ""}`,
  );
