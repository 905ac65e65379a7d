import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "IMG-02",
  name: "images are named by digest",
  description: "A digest is what was tested: built once, promoted as it is. What a tag names can change overnight.",
  severity: "high",
  reference: "CIS Docker Benchmark 4.2; OCI image specification: digests",
  mend: "Name it as name@sha256:… in `application.image`, `frontend.image`, `postgres.image`, `redis.image`, `nginx.image` or `certbot.image` (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
  decide: {
    image: ({ name }) => when(!/@sha256:[0-9a-f]{64}$/.test(name), "found a tag", "name"),
  },
};
