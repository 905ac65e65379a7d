import { type Rule, when } from "../rule.ts";

/** Seconds; Celery's own default with Redis. */
const standard = 3600;

export const rule: Rule = {
  id: "CEL-02",
  name: "no task is handed out twice",
  description:
    "A task that takes longer than the visibility timeout is given to a second worker while the first still runs.",
  severity: "high",
  reference: "Celery: Using Redis, visibility timeout",
  mend: "Set `application.environment.CELERY_VISIBILITY_TIMEOUT` (seconds; your Celery settings must read it) above `worker.longestTask`.",
  decide: {
    site: ({ worker, variables }) => {
      if (!worker.enabled) return undefined;
      const timeout = Number(variables["CELERY_VISIBILITY_TIMEOUT"] ?? standard);
      return when(
        !(timeout > worker.longestTask),
        `found ${String(timeout)} s, not more than worker.longestTask (${String(worker.longestTask)} s)`,
        "application.environment.CELERY_VISIBILITY_TIMEOUT",
      );
    },
  },
};
