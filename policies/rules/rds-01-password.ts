import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "RDS-01",
  name: "Redis asks for a password",
  description: "Whoever reaches an open Redis runs tasks of their own in the worker.",
  severity: "high",
  reference: "Redis: Security, ACL",
  mend: "Start Redis with `--aclfile` (or `--requirepass`), as components/redis.ts does.",
  decide: {
    container: (container) => {
      if (serviceOf(container) !== "redis") return undefined;
      const words = container.command ?? [];
      const at = words.findIndex((word) => word === "--aclfile" || word === "--requirepass");
      return when(at === -1 || !words[at + 1], "neither --aclfile nor --requirepass is set", "command");
    },
  },
};
