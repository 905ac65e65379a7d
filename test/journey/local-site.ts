// The sample site on the engine of this machine: two stacks, each shared by the test files that use it.
import { randomBytes } from "node:crypto";
import { after, before } from "mocha";

import { LocalSite } from "../lab/running-site.ts";
import { sampleSite, type Sections } from "../lab/stack.ts";
import { witness } from "../lab/witness.ts";

const minute = 60_000;

/** Started by the first test file that uses it, removed after the last. */
class SharedSite {
  readonly #settings: () => Sections;
  readonly #secrets: Record<string, string>;
  #users = 0;
  #starting: Promise<LocalSite> | undefined;
  #site: LocalSite | undefined;

  constructor(settings: () => Sections, secrets: Record<string, string>) {
    this.#settings = settings;
    this.#secrets = secrets;
    const remove = () => this.#remove();
    // Also where `--grep` left out the hooks of some of its users.
    after(async function () {
      this.timeout(5 * minute);
      await remove();
    });
  }

  /** To be called in a `describe`; gives the running site to its tests. */
  use(): () => LocalSite {
    this.#users += 1;
    const start = () => (this.#starting ??= this.#start());
    const leave = async (failed: boolean) => {
      this.#users -= 1;
      // What a test that failed leaves behind is no one else's concern: the next one gets a site of its own.
      if (failed) this.#starting = undefined;
      if (this.#users === 0 || failed) await this.#remove();
    };
    before("the site comes up", async function () {
      this.timeout(8 * minute);
      await start();
    });
    after("the site goes", async function () {
      this.timeout(5 * minute);
      await leave(this.test?.parent?.tests.some(({ state }) => state === "failed") ?? false);
    });
    return () => {
      if (this.#site === undefined) throw new Error("the site is not up");
      return this.#site;
    };
  }

  async #start(): Promise<LocalSite> {
    const started = await LocalSite.create(this.#settings(), this.#secrets);
    this.#site = started;
    started.seen = await witness(() => started.up());
    return started;
  }

  async #remove(): Promise<void> {
    const site = this.#site;
    this.#site = undefined;
    await site?.remove();
  }
}

/** The sample site with keys of its `application` added. */
function sample(application: Record<string, unknown>): Sections {
  const sections = sampleSite("socle-example-site:dev");
  return { ...sections, application: { ...(sections["application"] as object), ...application } };
}

/** Load tests come from one address. */
const unthrottled = { THROTTLE_ANON: "1000000/minute", THROTTLE_USER: "1000000/minute" };

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

/** What its tests find is what a first `up` made: they change nothing. */
export const steadySite = new SharedSite(
  () => ({ ...sample({ environment: ownVariables }), data: { keepOnDestroy: false } }),
  ownSecrets,
);

/**
 * Its tests crash it, release it, rotate its secrets and take it down. A worker that starts takes every task that another
 * holds for longer than the visibility timeout: it must outlast a busy machine's change of workers.
 */
export const changingSite = new SharedSite(
  () => ({
    ...sample({
      startTimeout: 45,
      environment: { ...unthrottled, CELERY_TASK_TIME_LIMIT: 15, CELERY_VISIBILITY_TIMEOUT: 20, BEAT_TRACE_SECONDS: 2 },
    }),
    nginx: { drain: 6 },
    // Else an audit blocks nothing in dev.
    policies: { enforcement: { "LIV-06": "mandatory" } },
    release: {
      hold: 1,
      smokeChecks: [
        { name: "the front page", path: "/", contains: "/assets/app.js" },
        { name: "the sign-in page of the administration", path: "/admin/login/", contains: "csrfmiddlewaretoken" },
      ],
    },
  }),
  { ADMIN_TOKEN: ownSecrets.ADMIN_TOKEN, PAYMENT_TOKEN: ownSecrets.PAYMENT_TOKEN },
);
