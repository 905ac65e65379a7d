/** Settings of a registry that does not give its images to everybody. */
import { z } from "zod";

export const registry = z
  .strictObject({
    server: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$/)
      .describe("The registry as image references begin with it; `docker.io` for Docker Hub.")
      .meta({
        title: "a registry's name, such as ghcr.io",
        mend: "Write its name as image references begin with it, such as ghcr.io: no scheme, no path.",
      }),
    username: z
      .string()
      .regex(/^\S+$/)
      .describe("User, or name of the access token, to log in as.")
      .meta({ title: "one word", mend: "Write the name without spaces." }),
  })
  .describe(
    "A registry that asks for a login before it gives out images. The password is `credentials:registryPassword`. The host logs in for each pull alone and keeps no password.",
  );
