import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-16",
  name: "no container runs as root",
  description: "Root in a container is root on the host but for what else holds.",
  severity: "high",
  reference: "CIS Docker Benchmark 4.1",
  mend: "Set `application.user` to the numbers of a user and group above 0, such as 1000:1000; for other containers, `user`.",
  decide: {
    container: ({ user = "" }) =>
      when(
        !/^[1-9]\d*(:[1-9]\d*)?$/.test(user),
        user === "" ? "is not set" : `found ${user}, which is not a number above 0 or two`,
        "user",
      ),
  },
};
