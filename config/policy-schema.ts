/** Settings of what a stack must keep to, and of what is written down for its people. */
import { z } from "zod";

const ruleId = z
  .string()
  .regex(/^[A-Z]{2,3}-\d{2}$/)
  .meta({ title: "the id of a rule, such as BAK-01", mend: "Use an id of docs/policies.md, such as BAK-01." });

const level = z.enum(["mandatory", "advisory", "off"]);

/** Pulumi takes a day without quotes for a point in time, and hands it on as Go writes one. */
const day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])( 00:00:00 \+0000 UTC)?$/)
  .meta({ title: "a day such as 2027-03-31", mend: "Write year, month and day, such as 2027-03-31." })
  .transform((text) => text.slice(0, 10));

const waiver = z.strictObject({
  rule: ruleId.describe("Id of the rule."),
  resource: z
    .string()
    .min(1)
    .describe("Name of the resource that may break it, as the message shows it: `site`, `backend`, `nginx-image` …"),
  reason: z.string().min(10).describe("Why, in a sentence.").meta({ title: "a sentence of ten characters or more" }),
  by: z.string().min(1).describe("Who answers for it."),
  expires: day.describe("Last day of the waiver."),
});

export const policies = z
  .strictObject({
    enforcement: z
      .record(ruleId, level)
      .default({})
      .describe(
        "Rules that are enforced otherwise than the tier has it: `mandatory` blocks, `advisory` warns, `off` is silent. Production keeps critical rules mandatory.",
      )
      .meta({ mend: "Write ID: mandatory, advisory or off." }),
    waivers: z
      .array(waiver)
      .default([])
      .describe(
        "What may break a rule for now, each with `rule`, `resource`, `reason`, `by` and `expires` (docs/policies.md).",
      )
      .meta({ mend: "Give each waiver rule, resource, reason, by and expires." }),
  })
  .describe("What the stack must keep to: docs/policies.md has the rules.");

const document = (what: string) =>
  z
    .string()
    .regex(/^(https:\/\/\S+|[A-Za-z0-9][A-Za-z0-9._/-]*)$/)
    .optional()
    .describe(`${what}: a file of the project, or an https address.`)
    .meta({
      title: "a file of the project or an https address",
      mend: "Write the file's path from the project's folder on, such as docs/incidents.md, or an https address.",
    });

export const documentation = z
  .strictObject({
    procedures: document("How the site is deployed, backed up and restored"),
    contacts: document("Whom to call"),
    incidents: document("What to do in an incident"),
  })
  .describe("Where the people who run the site find what they need.");
