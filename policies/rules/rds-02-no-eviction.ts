import { serviceOf } from "../service.ts";
import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "RDS-02",
  name: "Redis forgets no task",
  description: "With any other policy a full Redis drops queued tasks without a word.",
  severity: "high",
  reference: "Celery: Using Redis, key eviction",
  mend: "Start Redis with `--maxmemory-policy noeviction`, and give it room in `redis.memory`.",
  decide: {
    container: (container) => {
      if (serviceOf(container) !== "redis") return undefined;
      const words = container.command ?? [];
      const policy = words[words.lastIndexOf("--maxmemory-policy") + 1];
      const found = words.includes("--maxmemory-policy") ? (policy ?? "") : undefined;
      return when(
        found !== "noeviction",
        found === undefined ? "--maxmemory-policy is not set" : `found ${found}`,
        "command",
      );
    },
  },
};
