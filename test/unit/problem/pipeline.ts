import { wordings as comment } from "../../../operations/pipeline/commands/comment.ts";
import { wordings as github } from "../../../operations/pipeline/github.ts";
import { wordings as reference } from "../../../operations/pipeline/reference.ts";
import { table } from "./table.ts";

const byVersion = "Name a release by semantic versioning, such as v1.4.0: git tag v1.4.0 && git push origin v1.4.0";
const asked = { method: "GET", address: "https://api.github.com/repos/acme/site" };

export const pipeline = [
  table(reference, {
    "pipeline.no-version": [
      { tag: "release" },
      `Tag release: is no version; nothing was changed.
    → ${byVersion}`,
    ],
    "pipeline.pre-release": [
      { tag: "v1.4.0-rc.1", name: "rc.1" },
      `Tag v1.4.0-rc.1: is a pre-release (rc.1), which does not go to production; nothing was changed.
    → ${byVersion}`,
    ],
    "pipeline.build-metadata": [
      { tag: "v1.4.0+7" },
      `Tag v1.4.0+7: has build metadata, which no tag of an image can carry; nothing was changed.
    → ${byVersion}`,
    ],
    "pipeline.no-commit": [
      { commit: "" },
      `(nothing) is no commit.
    → Name all 40 digits: git rev-parse HEAD`,
    ],
  }),
  table(github, {
    "pipeline.not-in-actions": [
      `GITHUB_REPOSITORY and GITHUB_EVENT_PATH are not set.
    → This runs in GitHub Actions, on the event pull_request.`,
    ],
    "pipeline.no-pull-request": [
      `The event of this run is no pull request.
    → Run this job on the event pull_request alone.`,
    ],
    "pipeline.page-elsewhere": [
      { address: "https://elsewhere.example" },
      "GitHub names a next page elsewhere: https://elsewhere.example.",
    ],
    "pipeline.no-answer": [
      { ...asked, reason: "fetch failed" },
      `GET https://api.github.com/repos/acme/site failed: fetch failed
    → Run the job again.`,
    ],
    "pipeline.bad-answer": [
      { ...asked, status: 502, said: "Server Error" },
      `GET https://api.github.com/repos/acme/site was answered with 502: Server Error
    → Run the job again; https://www.githubstatus.com says whether GitHub is well.`,
    ],
  }),
  table(comment, {
    "pipeline.no-token": [
      `GITHUB_TOKEN is not set, so no comment can be written.
    → Hand it to this step: env: GITHUB_TOKEN: \${{ github.token }}`,
    ],
    "pipeline.run-without-token": ["This run has no token."],
  }),
];
