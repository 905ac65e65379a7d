/** What a branch or tag of the repository means for its image. */
import { OperatorError } from "../stack.ts";

/** semver.org, “Is there a suggested regular expression”. */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

const branches: Record<string, string> = { develop: "latest", main: "staging" };

/**
 * The tag that an image gets beside its commit's: `latest` on develop, `staging` on main, the version on a version's tag.
 * @param reference such as `refs/heads/main`
 */
export function imageTag(reference: string): string | undefined {
  if (reference.startsWith("refs/tags/")) return version(reference);
  return branches[reference.replace("refs/heads/", "")];
}

/**
 * The version that a tag names, without the `v`.
 * @throws OperatorError where it names none that may go to production
 */
export function version(reference: string): string {
  const name = reference.replace("refs/tags/", "");
  const refuse = (found: string): OperatorError =>
    new OperatorError(
      `Tag ${name}: ${found}; nothing was changed.\n    → Name a release by semantic versioning, such as v1.4.0: git tag v1.4.0 && git push origin v1.4.0`,
    );
  const found = name.startsWith("v") ? semver.exec(name.slice(1)) : null;
  if (!found) throw refuse("is no version");
  if (found[4] !== undefined) throw refuse(`is a pre-release (${found[4]}), which does not go to production`);
  // A tag of an image knows no plus sign.
  if (found[5] !== undefined) throw refuse("has build metadata, which no tag of an image can carry");
  return name.slice(1);
}

/** The tag under which the image of a commit is found. @throws OperatorError */
export function commitTag(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit))
    throw new OperatorError(`${commit || "(nothing)"} is no commit.\n    → Name all 40 digits: git rev-parse HEAD`);
  return `sha-${commit}`;
}
