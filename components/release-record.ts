/** The record of releases on the host: what ran when, so that an operator can see it and take it back. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { task } from "./remote-task.ts";
import type { Service } from "./site.ts";

export interface ReleaseRecordArgs {
  model: Pick<Model, "name" | "host" | "images">;
  /** The settings as the stack file gives them; nothing of it is secret. */
  given: Record<string, unknown>;
  services: pulumi.Output<Record<string, Service>>;
  release: pulumi.Output<string>;
}

/** What the record says of the latest release; kept in the state, so that a record that was rewritten is noticed. */
export interface Recorded {
  number: number;
  hash: string;
}

/** To be the last step of an `up`: a release that is recorded as succeeded serves. */
export function recordRelease(
  name: string,
  { model, given, services, release }: ReleaseRecordArgs,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<Recorded> {
  const { stdout } = task(
    name,
    model.host,
    {
      script: "releases/record.sh",
      arguments: [model.name, "succeeded"],
      input: pulumi.all([services, release]).apply(([found, hash]) =>
        JSON.stringify({
          image: model.images.application,
          digest: found["backend"]?.digest ?? "",
          release: hash,
          settings: given,
        }),
      ),
      // It is none; but what it holds is known only during `up`, and a plan in which that is left open is refused.
      secret: true,
    },
    options,
  );
  return pulumi.unsecret(stdout).apply((printed) => JSON.parse(printed.trim().split("\n").at(-1) ?? "") as Recorded);
}
