/** Settings of the copy of the backups that is kept away from the server. */
import { z } from "zod";

import { hostKey, serverAddress } from "./host-schema.ts";
import { positive } from "./terms.ts";

const bucketPath = z
  .string()
  .regex(/^[\w.-]+(\/[\w.-]+)*$/)
  .meta({
    title: "a path such as backups/site",
    mend: "Write folders with slashes between them and none at the ends.",
  });

const s3 = z.strictObject({
  type: z
    .literal("s3")
    .describe(
      "A bucket of Amazon S3, or of a service that is compatible: `credentials:offsiteAccessKey` and `credentials:offsiteSecretKey` open it.",
    ),
  endpoint: z
    .string()
    .regex(/^https?:\/\/[A-Za-z0-9.-]+(:\d{1,5})?$/)
    .default("https://s3.amazonaws.com")
    .describe("Address of the service. Plain HTTP is for networks of your own; production refuses it.")
    .meta({
      title: "the address of a service, such as https://s3.eu-central-3.example.org",
      mend: "Write scheme and host, and the port where it is not the default one; no path and no slash at the end.",
    }),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/)
    .default("us-east-1")
    .describe("Region of the bucket, as the service names it.")
    .meta({ title: "a region such as eu-central-1", mend: "Use the service's own name of the region." }),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .describe("Bucket, which must be there. The key needs to list, read, write and delete in it.")
    .meta({ title: "the name of a bucket", mend: "Write the bucket's name alone; the path is a setting of its own." }),
  path: bucketPath.optional().describe("Folder in the bucket. Default: the name of the stack on its host."),
});

const sftp = z.strictObject({
  type: z
    .literal("sftp")
    .describe("A server that takes files over SSH: `credentials:offsitePrivateKey` is the key to log in with."),
  address: serverAddress,
  port: positive(65535).default(22).describe("Port of its SSH server."),
  user: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]*$/)
    .describe("User to log in as.")
    .meta({ title: "a user's name", mend: "Write the name of a user of that server." }),
  hostKey,
  path: z
    .string()
    .regex(/^\/?[\w.-]+(\/[\w.-]+)*$/)
    .optional()
    .describe(
      "Folder on it: from a slash on, or below the user's own folder. Default: the name of the stack on its host.",
    )
    .meta({
      title: "a folder such as backups/site",
      mend: "Write the path without spaces and without a slash at the end.",
    }),
});

export const offsite = z
  .discriminatedUnion("type", [s3, sftp])
  .describe(
    "A second repository away from the server, encrypted with the same key, to which every good backup is copied. See docs/backups.md.",
  )
  .meta({ mend: "Set backup.offsite.type to `s3` with a bucket, or to `sftp` with address, user and hostKey." });

export type OffSite = z.infer<typeof offsite>;
