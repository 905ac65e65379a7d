// The mistakes themselves are worded in test/unit/config, each with the settings that lead to it.
import { wordings } from "../../../config/mistake.ts";
import { table } from "./table.ts";

export const config = [
  table(wordings, {
    "config.refused": [
      {
        stack: "trial",
        mistakes: [
          { code: "config.unknown-setting", path: "sites", found: "there is no such setting", mend: "Remove it." },
          { code: "config.missing-setting", path: "tier", found: "is required and was not set", mend: "Set it." },
        ],
      },
      `The configuration of stack trial has 2 mistakes; nothing was changed.
  sites: there is no such setting
    → Remove it.
  tier: is required and was not set
    → Set it.`,
    ],
  }),
];
