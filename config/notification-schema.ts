/** Settings of the messages about deployments and backups. */
import { z } from "zod";

export const notificationEvents = ["start", "success", "failure", "rollback", "backup"] as const;

const events = z
  .array(z.enum(notificationEvents))
  .min(1)
  .default([...notificationEvents])
  .describe(
    "What is told: that a deployment starts, that it is done, that it failed or was cut off, that a former release is put back; that a backup, its check, drill or copy failed or is overdue, and is well again.",
  )
  .meta({ mend: `Choose among ${notificationEvents.join(", ")}.` });

export const notifications = z
  .strictObject({
    events,
    channel: z
      .string()
      .regex(/^[#@]\S{1,79}$/)
      .optional()
      .describe("Channel to write to, where the webhook leaves the choice. Default: the webhook's own.")
      .meta({ title: "a channel, such as #deployments", mend: "Write the channel's name with its # in quotes." }),
    name: z.string().min(1).max(80).default("Socle").describe("Name that the messages are signed with."),
  })
  .describe(
    "Messages about deployments and backups, to a Slack-compatible webhook: `pulumi config set --secret credentials:webhook`. Without that none are sent.",
  );
