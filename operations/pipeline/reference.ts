/** What a branch or tag of the repository means for its image. */
import { problems, type Wordings, type Words } from "../../config/problem.ts";

/** semver.org, “Is there a suggested regular expression”. */
const semver =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

const branches: Record<string, string> = { develop: "latest", main: "staging" };

const noRelease = (tag: string, found: string): Words => [
  `Tag ${tag}: ${found}; nothing was changed.`,
  "Name a release by semantic versioning, such as v1.4.0: git tag v1.4.0 && git push origin v1.4.0",
];

export const wordings = {
  "pipeline.no-version": ({ tag }: { tag: string }) => noRelease(tag, "is no version"),
  "pipeline.pre-release": ({ tag, name }: { tag: string; name: string }) =>
    noRelease(tag, `is a pre-release (${name}), which does not go to production`),
  "pipeline.build-metadata": ({ tag }: { tag: string }) =>
    noRelease(tag, "has build metadata, which no tag of an image can carry"),
  "pipeline.no-commit": ({ commit }: { commit: string }) => [
    `${commit || "(nothing)"} is no commit.`,
    "Name all 40 digits: git rev-parse HEAD",
  ],
} satisfies Wordings;

const problem = problems(wordings);

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
 * @throws pipeline.… where it names none that may go to production
 */
export function version(reference: string): string {
  const tag = reference.replace("refs/tags/", "");
  const found = tag.startsWith("v") ? semver.exec(tag.slice(1)) : null;
  if (!found) throw problem("pipeline.no-version", { tag });
  if (found[4] !== undefined) throw problem("pipeline.pre-release", { tag, name: found[4] });
  // A tag of an image knows no plus sign.
  if (found[5] !== undefined) throw problem("pipeline.build-metadata", { tag });
  return tag.slice(1);
}

/** The tag under which the image of a commit is found. @throws pipeline.no-commit */
export function commitTag(commit: string): string {
  if (!/^[0-9a-f]{40}$/.test(commit)) throw problem("pipeline.no-commit", { commit });
  return `sha-${commit}`;
}
