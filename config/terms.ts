/** What several settings are made of: domains, paths, images, limits. */
import { z } from "zod";

const domainName = /^(?=.{1,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** `pg_` names are PostgreSQL's own. */
export const identifier = /^(?!pg_)[a-z_][a-z0-9_]{0,55}$/;

const imageReference = /^[a-z0-9]([a-z0-9._/:-]*[a-z0-9])?(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

export const positive = (most: number) => z.int().min(1).max(most);

export const argumentList = z
  .array(z.string().min(1))
  .min(1)
  .meta({ mend: "Write the command as a list of its arguments, such as [python, manage.py, migrate]." });

export const folder = z
  .string()
  .regex(/^(?!.*\/\.{1,2}(\/|$))(\/[A-Za-z0-9._-]+)+\/?$/)
  .meta({
    title: "the full path of a folder",
    mend: "Write the folder's path inside the container from its slash on, such as /app/media; no `..`, no spaces.",
  });

export const path = z
  .string()
  .regex(/^\/[A-Za-z0-9._~/-]*$/)
  .meta({
    title: "a path that starts with a slash",
    mend: "Write the path from its slash on: no scheme, no domain, no spaces.",
  });

export const domain = z.string().regex(domainName).meta({
  title: "a domain name in lower case, such as www.example.org",
  mend: "Write the bare domain name in lower case: no scheme, no port, no path, no wildcard.",
});

export const origin = z
  .string()
  .regex(/^(\*|https?:\/\/(\*\.)?[a-z0-9.-]+(:\d{1,5})?)$/)
  .meta({
    title: "an origin, such as https://www.example.org",
    mend: "Write scheme and host, and the port if it is not the default one; no path and no slash at the end.",
  });

export const image = z.string().regex(imageReference).meta({
  title: "an image reference, such as registry.example.org/site@sha256:…",
  mend: "Name the image as registry/name@sha256:digest (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
});

export const memory = (least: number, value: number) =>
  z.int().min(least).default(value).describe("Memory limit of the container, in MiB; it gets no swap beyond it.");

export const cpus = (value: number) =>
  z.number().min(0.05).max(128).default(value).describe("Processors that the container may use, as a number of cores.");

export const stopGrace = (value: number) =>
  positive(3600)
    .default(value)
    .describe("Seconds that the process may take to finish its work after SIGTERM before it is killed.");

export const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .meta({ title: "a time of day such as 02:30", mend: 'Write hours and minutes in quotes, such as "02:30".' });
