import { type Rule, when } from "../rule.ts";

/** The tag of a reference without digest: what follows the last colon that is not a port's. */
const tag = (reference: string): string | undefined => /:([\w][\w.-]*)$/.exec(reference)?.[1];

const loose = (reference: string): string | undefined => {
  if (reference.includes("@")) return undefined;
  const found = tag(reference);
  return found === undefined ? "has no tag" : found === "latest" ? "found latest" : undefined;
};

export const rule: Rule = {
  id: "IMG-01",
  name: "images are named by a version",
  description: "`latest`, said or left unsaid, is another image every time.",
  severity: "high",
  reference: "Docker: Building best practices, pin base image versions",
  mend: "Name a version in the service's `image` (`application.image`, `redis.image` …), best of all a digest.",
  decide: {
    image: ({ name }) => when(loose(name), loose(name) ?? "", "name"),
    site: ({ images }) =>
      Object.entries(images).flatMap(([service, reference]) =>
        when(loose(reference), loose(reference) ?? "", `images.${service}`),
      ),
  },
};
