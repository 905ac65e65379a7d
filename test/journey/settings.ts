// Settings and secrets of the sample site, as the journeys of this machine's engine bring it up.
import { randomBytes } from "node:crypto";

import { sampleSite, type Sections } from "../lab/stack.ts";

/** The sample site with keys of its `application` added. */
export function sample(application: Record<string, unknown>): Sections {
  const sections = sampleSite("socle-example-site:dev");
  return { ...sections, application: { ...(sections["application"] as object), ...application } };
}

/** Load tests come from one address. */
export const unthrottled = { THROTTLE_ANON: "1000000/minute", THROTTLE_USER: "1000000/minute" };

/** Values of the site's own secrets: each with something that shells, files or URLs could trip over. */
export const ownSecrets = {
  ADMIN_TOKEN: `operator ${randomBytes(12).toString("hex")}`,
  RESEND_API_KEY: `re_${randomBytes(12).toString("hex")}`,
  EMAIL_HOST_PASSWORD: `it's "${randomBytes(8).toString("hex")}" $HOME \`id\` \\ #%&`,
  SENTRY_DSN: `https://${randomBytes(16).toString("hex")}@sentry.invalid/1`,
  PAYMENT_TOKEN: `${randomBytes(12).toString("base64")}\\n'=`,
};

/** Plain settings of the application, named by the site. */
export const ownVariables = {
  EMAIL_HOST: "mail.example.org",
  EMAIL_PORT: "2525",
  EMAIL_HOST_USER: "site@example.org",
  EMAIL_BACKEND: "django.core.mail.backends.dummy.EmailBackend",
  NOTIFY_EMAIL: "operator@example.org",
  THROTTLE_ANON: "100000/minute",
  THROTTLE_USER: "100001/minute",
  GREETING: `Good "morning", it's $5`,
  MAX_UPLOAD_BYTES: String(60 * 1024 * 1024),
  BEAT_TRACE_SECONDS: "5",
};

/**
 * A site that is put under load while it changes. A worker that starts takes every task that another holds for longer than
 * the visibility timeout: it must outlast a busy machine's change of workers.
 */
export function loaded(application: Record<string, unknown> = {}): Sections {
  const { environment, ...keys } = application as { environment?: Record<string, unknown> };
  const times = { CELERY_TASK_TIME_LIMIT: 15, CELERY_VISIBILITY_TIMEOUT: 20, BEAT_TRACE_SECONDS: 2 };
  return {
    ...sample({ timeout: 10, stopGrace: 20, ...keys, environment: { ...unthrottled, ...times, ...environment } }),
    worker: { app: "core", longestTask: 10, stopGrace: 15 },
    // More than the load's longest request takes on a busy machine.
    nginx: { drain: 4 },
    release: {
      hold: 0,
      smokeChecks: [
        { name: "the front page", path: "/", contains: "/assets/app.js" },
        { name: "the sign-in page of the administration", path: "/admin/login/", contains: "csrfmiddlewaretoken" },
      ],
    },
    data: { keepOnDestroy: false },
  };
}

/** The secrets of its own that such a site has. */
export const loadedSecrets = { ADMIN_TOKEN: ownSecrets.ADMIN_TOKEN, PAYMENT_TOKEN: ownSecrets.PAYMENT_TOKEN };
