/** Who deploys, from where: a person at a machine, or a run of continuous integration. */
import { createHash } from "node:crypto";
import { hostname, userInfo } from "node:os";

export interface Deployer {
  /** Such as `alice@laptop`, or `alice (GitHub Actions, example/site, run 4711)`. */
  owner: string;
  /** Page of the run, where there is one. */
  link: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

export function deployer(environment: Environment = process.env): Deployer {
  const { GITHUB_ACTIONS, GITHUB_ACTOR, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_SERVER_URL } = environment;
  if (GITHUB_ACTIONS === "true")
    return {
      owner: `${GITHUB_ACTOR ?? "?"} (GitHub Actions, ${GITHUB_REPOSITORY ?? "?"}, run ${GITHUB_RUN_ID ?? "?"})`,
      link: `${GITHUB_SERVER_URL ?? "https://github.com"}/${GITHUB_REPOSITORY ?? ""}/actions/runs/${GITHUB_RUN_ID ?? ""}`,
    };
  const { GITLAB_CI, GITLAB_USER_LOGIN, CI_PROJECT_PATH, CI_JOB_ID, CI_JOB_URL } = environment;
  if (GITLAB_CI === "true")
    return {
      owner: `${GITLAB_USER_LOGIN ?? "?"} (GitLab CI, ${CI_PROJECT_PATH ?? "?"}, job ${CI_JOB_ID ?? "?"})`,
      link: CI_JOB_URL ?? "",
    };
  return { owner: `${userName()}@${hostname()}`, link: "" };
}

/** What tells one state of Pulumi's from another, as far as it can be told from here. */
export function stateKey(environment: Environment = process.env): string {
  const parts = [userName(), hostname(), process.cwd(), environment["PULUMI_BACKEND_URL"] ?? ""];
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
}

/** There may be no entry for the user's number, as in some containers. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "?");
  }
}
