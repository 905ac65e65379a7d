// The sample site on the engine of this machine, shared by the test files that use it.
import { after, before } from "mocha";

import { LocalSite } from "../lab/running-site.ts";
import type { Sections } from "../lab/stack.ts";
import { ownSecrets, sample, unthrottled } from "./settings.ts";

export { ownSecrets, ownVariables } from "./settings.ts";

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
    await started.up();
    return started;
  }

  async #remove(): Promise<void> {
    const site = this.#site;
    this.#site = undefined;
    await site?.remove();
  }
}

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
