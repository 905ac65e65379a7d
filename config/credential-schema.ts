/**
 * Secrets that Socle itself works with, as opposed to those of the application: `credentials:NAME` in a stack file, encrypted.
 *
 * The first of `examples` stands for the value where a stack file is read without the key of its secrets.
 */
import { z } from "zod";

export const credentials = z
  .strictObject({
    webhook: z
      .string()
      // Plain HTTP only to this machine itself: the address is all that it takes to write into the channel.
      .regex(/^(https:\/\/[^/\s:@]+|http:\/\/(localhost|127\.0\.0\.1|\[::1\]))(:\d+)?(\/\S*)?$/)
      .describe("Address of the Slack-compatible incoming webhook that deployments are told to.")
      .meta({
        title: "a URL that starts with https://",
        examples: ["https://hooks.example.org/services/T00/B00/undisclosed"],
      }),
    registryPassword: z
      .string()
      .regex(/^\S+$/)
      .describe("Password, or access token, of `registry.username` at the registry of the images.")
      .meta({ title: "one line without spaces", examples: ["undisclosed"] }),
  })
  .partial();

/** Names and values, in clear. */
export type OperatingCredentials = z.infer<typeof credentials>;
export type CredentialName = keyof OperatingCredentials;

/** The schema of one credential. */
export const credentialSchemas = credentials.shape;
export const credentialNames = Object.keys(credentialSchemas) as CredentialName[];
