import { describe } from "mocha";

import { dataRules } from "../../../config/data-rules.ts";
import { testRules } from "./rule-cases.ts";

describe("data between stacks", () => {
  testRules(dataRules, [
    {
      rule: "data of its own",
      bad: { "data.refreshedFrom": "staging" },
      lines: [
        [
          "data.refreshedFrom",
          "is set, but a production stack gets no other one's data",
          "Remove it; set it in the stack that gets this one's data.",
        ],
      ],
      good: { "data.anonymise": "anonymise.yaml" },
    },
  ]);
});
