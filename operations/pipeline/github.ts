/** The part of GitHub's REST API that a comment needs, and what a run of GitHub Actions knows of itself. */
import { readFileSync } from "node:fs";

import { problems, type Wordings } from "../../config/problem.ts";

/** The run, as GitHub Actions describes it by variables. */
export interface Run {
  /** Address of the REST API, without a slash at the end. */
  api: string;
  /** owner/name */
  repository: string;
  /** Empty where the run has none. */
  token: string;
  pullRequest: number;
  /** Whether the pull request comes from somewhere whose runs may write nothing: a fork, or Dependabot. */
  foreign: boolean;
}

interface Event {
  pull_request?: { number: number; head: { repo: { full_name: string } | null }; user?: { login: string } };
}

interface BadAnswer {
  method: string;
  address: string;
  status: number;
  said: string;
}

export const wordings = {
  "pipeline.not-in-actions": () => [
    "GITHUB_REPOSITORY and GITHUB_EVENT_PATH are not set.",
    "This runs in GitHub Actions, on the event pull_request.",
  ],
  "pipeline.no-pull-request": () => [
    "The event of this run is no pull request.",
    "Run this job on the event pull_request alone.",
  ],
  "pipeline.page-elsewhere": ({ address }: { address: string }) => [`GitHub names a next page elsewhere: ${address}.`],
  "pipeline.no-answer": ({ method, address, reason }: { method: string; address: string; reason: string }) => [
    `${method} ${address} failed: ${reason}`,
    "Run the job again.",
  ],
  "pipeline.bad-answer": ({ method, address, status, said }: BadAnswer) => [
    `${method} ${address} was answered with ${String(status)}: ${said}`,
    status === 401 || status === 403
      ? "The job needs `permissions: pull-requests: write` and the token of the run in GITHUB_TOKEN."
      : "Run the job again; https://www.githubstatus.com says whether GitHub is well.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** @throws pipeline.not-in-actions, pipeline.no-pull-request outside a run for a pull request */
export function thisRun(environment: NodeJS.ProcessEnv): Run {
  const { GITHUB_REPOSITORY: repository, GITHUB_EVENT_PATH: path } = environment;
  if (!repository || !path) throw problem("pipeline.not-in-actions");
  const { pull_request: pullRequest } = JSON.parse(readFileSync(path, "utf8")) as Event;
  if (!pullRequest) throw problem("pipeline.no-pull-request");
  return {
    api: (environment["GITHUB_API_URL"] || "https://api.github.com").replace(/\/$/, ""),
    repository,
    token: environment["GITHUB_TOKEN"] ?? "",
    pullRequest: pullRequest.number,
    // The repository of a fork that was deleted is null.
    foreign: pullRequest.head.repo?.full_name !== repository || pullRequest.user?.login === "dependabot[bot]",
  };
}

interface Comment {
  id: number;
  body?: string;
  html_url: string;
  user: { login: string } | null;
}

/** Who writes with the token of a run. */
const ourselves = "github-actions[bot]";

/**
 * Writes the one comment that carries the marker: changes ours where there is one, else adds it.
 * @returns its address @throws pipeline.bad-answer with what GitHub answered
 */
export async function putComment(run: Run, marker: string, body: string): Promise<string> {
  const own = await findOwn(run, marker);
  const comments = `/repos/${run.repository}/issues`;
  const text = JSON.stringify({ body: `${marker}\n${body}` });
  const written = own
    ? await ask(run, "PATCH", `${comments}/comments/${String(own.id)}`, text)
    : await ask(run, "POST", `${comments}/${String(run.pullRequest)}/comments`, text);
  return ((await written.json()) as Comment).html_url;
}

async function findOwn(run: Run, marker: string): Promise<Comment | undefined> {
  let path: string | undefined = `/repos/${run.repository}/issues/${String(run.pullRequest)}/comments?per_page=100`;
  while (path !== undefined) {
    const answer: Response = await ask(run, "GET", path);
    const found = ((await answer.json()) as Comment[]).find(
      ({ user, body }) => user?.login === ourselves && body?.startsWith(marker),
    );
    if (found) return found;
    // RFC 8288: <address>; rel="next"
    path = /<([^>]+)>;\s*rel="next"/.exec(answer.headers.get("link") ?? "")?.[1];
  }
  return undefined;
}

/** @param path under the API, or a whole address that the API gave itself */
async function ask(run: Run, method: string, path: string, body?: string): Promise<Response> {
  const address = path.startsWith("/") ? `${run.api}${path}` : path;
  if (!address.startsWith(`${run.api}/`)) throw problem("pipeline.page-elsewhere", { address });
  const answer = await fetch(address, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: {
      accept: "application/vnd.github+json",
      authorization: `Bearer ${run.token}`,
      "content-type": "application/json",
      "user-agent": "socle",
      "x-github-api-version": "2022-11-28",
    },
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => {
    throw problem("pipeline.no-answer", {
      method,
      address,
      reason: error instanceof Error ? error.message : String(error),
    });
  });
  if (answer.ok) return answer;
  const said = ((await answer.json().catch(() => ({}))) as { message?: string }).message ?? "nothing more";
  throw problem("pipeline.bad-answer", { method, address, status: answer.status, said });
}
