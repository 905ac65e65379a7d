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
      .describe(
        "Address of the Slack-compatible incoming webhook that deployments, and backups that fail, are told to.",
      )
      .meta({
        title: "a URL that starts with https://",
        examples: ["https://hooks.example.org/services/T00/B00/undisclosed"],
      }),
    registryPassword: z
      .string()
      .regex(/^\S+$/)
      .describe("Password, or access token, of `registry.username` at the registry of the images.")
      .meta({ title: "one line without spaces", examples: ["undisclosed"] }),
    offsiteAccessKey: z
      .string()
      .regex(/^\S+$/)
      .describe("Id of the access key to the bucket of `backup.offsite`.")
      .meta({ title: "one line without spaces", examples: ["undisclosed"] }),
    offsiteSecretKey: z
      .string()
      .regex(/^\S+$/)
      .describe("The access key itself.")
      .meta({ title: "one line without spaces", examples: ["undisclosed"] }),
    offsitePrivateKey: z
      .string()
      .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\n?$/)
      .describe("Private key to log in with at the SSH server of `backup.offsite`, without a passphrase.")
      .meta({
        title: "the content of a private key's file",
        examples: ["-----BEGIN OPENSSH PRIVATE KEY-----\nundisclosed\n-----END OPENSSH PRIVATE KEY-----\n"],
      }),
  })
  .partial();

/** Names and values, in clear. */
export type OperatingCredentials = z.infer<typeof credentials>;
export type CredentialName = keyof OperatingCredentials;

/** The schema of one credential. */
export const credentialSchemas = credentials.shape;
export const credentialNames = Object.keys(credentialSchemas) as CredentialName[];
