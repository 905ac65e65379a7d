/** What a stack says of itself to policies: settings that no secret is among. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Model } from "./environment.ts";
import { nginxConfiguration } from "./nginx-configuration.ts";

type Whole = Pick<
  Model,
  | "name"
  | "tier"
  | "variables"
  | "images"
  | "worker"
  | "beat"
  | "nginx"
  | "postgres"
  | "data"
  | "policies"
  | "site"
  | "evidence"
>;

/** Backups, where a component makes them. */
export interface BackupFacts {
  schedule?: string;
  /** Daily copies that are kept. */
  keepDaily?: number;
  /** Days that the oldest copy is kept. */
  keepDays?: number;
  offSite?: boolean;
  encrypted?: boolean;
}

export interface MonitoringFacts {
  enabled: boolean;
  /** Whether an alert reaches somebody. */
  receiver: boolean;
}

export interface Facts extends Whole {
  application: Pick<Model["application"], "image" | "preset" | "timeout" | "stopGrace" | "debug">;
  documentation: DocumentFact[];
  backup?: BackupFacts;
  monitoring?: MonitoringFacts;
  /** Of Nginx's image and configuration, whatever the stack and its domains are called: `proxyDigest`. */
  proxy: string;
  /** Where the stack's data comes from another stack, anonymised. */
  refresh?: RefreshFacts;
}

export interface RefreshFacts {
  /** Stack that the data comes from. */
  from: string;
}

export interface DocumentFact {
  /** Setting in `documentation`. */
  name: string;
  named: boolean;
  present: boolean;
}

export function siteFacts(model: Model): Facts {
  const { name, tier, variables, images, worker, beat, nginx, postgres, data, policies, site, evidence } = model;
  const { image, preset, timeout, stopGrace, debug } = model.application;
  return {
    ...{ name, tier, variables, images, worker, beat, nginx, postgres, data, policies, site, evidence },
    application: { image, preset, timeout, stopGrace, debug },
    documentation: documents(model.documentation),
    proxy: proxyDigest(model),
    ...(data.refreshedFrom === undefined ? {} : { refresh: { from: data.refreshedFrom } }),
    ...(model.backup.enabled ? { backup: backups(model.backup) } : {}),
  };
}

/** The same on staging and in production where they are set up alike: a trial on the one speaks for the other. */
export function proxyDigest(model: Pick<Model, "site" | "application" | "nginx" | "frontend" | "images">): string {
  const site = { ...model.site, domains: ["site"] };
  const upstream = { container: "application", frontend: model.frontend && "frontend" };
  const { text } = nginxConfiguration({ ...model, name: "stack", site }, upstream);
  return createHash("sha256").update(`${model.images.nginx}\n${text}`).digest("hex").slice(0, 16);
}

function backups({ times, offsite, keep: { daily, weekly, monthly } }: Model["backup"]): BackupFacts {
  return {
    schedule: times.join(", "),
    keepDaily: daily,
    keepDays: Math.max(daily, weekly * 7, monthly * 30),
    // restic encrypts whatever it stores.
    encrypted: true,
    offSite: offsite !== undefined,
  };
}

function documents({ procedures, contacts, incidents }: Model["documentation"]): DocumentFact[] {
  return Object.entries({ procedures, contacts, incidents }).map(([name, place]) => ({
    name,
    named: place !== undefined,
    present: place !== undefined && (place.startsWith("https://") || existsSync(inProject(place))),
  }));
}

const inProject = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
