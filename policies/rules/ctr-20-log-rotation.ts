import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "CTR-20",
  name: "logs are rotated",
  description: "A log without a limit fills the disk, and a full disk stops the database.",
  severity: "high",
  reference: "CIS Docker Benchmark 2.13; Docker: JSON file logging driver",
  checklist: "Configuration: log rotation on",
  mend: "Set the container's `logDriver` to json-file or local, with `logOpts` max-size and max-file.",
  decide: {
    container: ({ logDriver = "", logOpts = {} }) => {
      if (!["json-file", "local"].includes(logDriver))
        return when(true, logDriver === "" ? "is not set" : `found ${logDriver}`, "logDriver");
      return ["max-size", "max-file"].flatMap((name) =>
        when(!/^[1-9]\d*[kmg]?$/.test(logOpts[name] ?? ""), "is not set", `logOpts.${name}`),
      );
    },
  },
};
