/** Named volumes. No `up` removes or replaces one that holds what the stack cannot write again by itself. */
import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";

/**
 * What a volume may hold. `data`: what people and the site made; `keys`: what opens or identifies something that outlives
 * the state; `records`: what was done, evidence among it; `environment`: what the containers of one release are told;
 * `copies`: what the stack writes again from its images, settings and state.
 */
export type Holds = "data" | "keys" | "records" | "environment" | "copies";

/** Every volume of a stack by its purpose: its name on the host is STACK-PURPOSE. */
const volumes = {
  // The database. An upgrade to another major version begins one of another name.
  postgres: "data",
  // Queued tasks: nobody sends them again.
  redis: "data",
  media: "data",
  // The repository of backups, and the records of what was done.
  backups: "data",
  // Changes of the database that are not in the repository yet.
  archive: "data",
  // The key of the repository, and those before it: without them the repository is of no use.
  "backup-secrets": "keys",
  // Signed by an authority that limits how many it issues, once the mode is `acme`; the mode may change.
  certificates: "keys",
  letsencrypt: "keys",
  // What was copied, checked and restored for trial off-site.
  offsite: "records",
  // One for each environment.
  environment: "environment",
  // Collected from the image by each release.
  static: "copies",
  frontend: "copies",
  "backup-tools": "copies",
  // The part of a site's own command, made for each backup.
  "own-backup": "copies",
  // Written from the state: the key is the one in backup-secrets.
  "offsite-secrets": "copies",
  "postgres-secrets": "copies",
  "redis-secrets": "copies",
  "watch-secrets": "copies",
  // What was told already: without it, it is told once more.
  watch: "copies",
  // When beat last queued what: without it, it counts from its start.
  beat: "copies",
  "nginx-configuration": "copies",
  "nginx-cache": "copies",
  "acme-challenges": "copies",
} as const satisfies Record<string, Holds>;

export type Purpose = keyof typeof volumes;

/**
 * Volumes that only a destroy removes, and only where the settings say so (host/destroy.sh): their names without the
 * stack's, also of those that the settings have no use for at present.
 */
export function lastingVolumes({ volume, formerVolume }: Model["postgres"]): string[] {
  const purposes = Object.entries(volumes).filter(([, holds]) => ["data", "keys", "records"].includes(holds));
  return [...new Set([...purposes.map(([purpose]) => purpose), volume, ...(formerVolume ? [formerVolume] : [])])];
}

export interface VolumeArgs {
  purpose: Purpose;
  /** Stands for the purpose in its name, where there may be several of them. */
  called?: pulumi.Input<string>;
  /**
   * Its name changes with its content: the new one is there before the old one goes, and whoever uses the old one is
   * left alone. Said explicitly, since the provider's own default for a named volume is the other way round.
   */
  overlap?: boolean;
}

export function volume(
  name: string,
  host: { stack: string },
  { purpose, called = purpose, overlap = false }: VolumeArgs,
  options: pulumi.CustomResourceOptions,
): docker.Volume {
  const stays = volumes[purpose] !== "copies";
  return new docker.Volume(
    name,
    {
      name: pulumi.interpolate`${host.stack}-${called}`,
      driver: "local",
      labels: [{ label: "socle.stack", value: host.stack }],
    },
    {
      ...options,
      deleteBeforeReplace: !overlap,
      // Whatever takes it out of the program or has it replaced: the engine keeps its hands off it. One that was copied
      // back by hand has no label, and serves as it is.
      retainOnDelete: stays,
      ...(stays ? { ignoreChanges: ["cluster", "driver", "driverOpts", "labels"] } : {}),
    },
  );
}
