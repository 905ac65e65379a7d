// Messages to a webhook: their words, and what becomes of those that do not get through.
import assert from "node:assert/strict";

import { afterEach, beforeEach, describe, it } from "mocha";

import { notifications } from "../../../config/notification-schema.ts";
import { deployer } from "../../../deployment/deployer.ts";
import { type Notice, payload, send } from "../../../deployment/notification.ts";
import { Receiver } from "../../lab/receiver.ts";

const settings = notifications.parse({});
const pause = 10;
const notice: Notice = {
  event: "success",
  stack: "production",
  url: "https://www.example.org/",
  image: `registry.example.org/site@sha256:${"ab".repeat(32)}`,
  owner: "alice@laptop",
  link: "",
};

describe("a message about a deployment", () => {
  let receiver: Receiver;
  beforeEach(async () => {
    receiver = await Receiver.start();
  });
  afterEach(() => receiver.stop());

  it("says what happened to what, how long it took, by whom, and where to read on", () => {
    const link = "https://github.com/example/site/actions/runs/4711";
    assert.deepEqual(payload({ settings }, { ...notice, seconds: 83, link }), {
      text: [
        "*✅ production: deployed after 83 s*",
        "site https://www.example.org/ · image `registry.example.org/site@sha256:abababababab…` · by alice@laptop",
        link,
      ].join("\n"),
      username: "Socle",
    });
  });

  it("says why a deployment failed, with nothing in it that the receiver takes for markup", () => {
    const { text } = payload({ settings }, { ...notice, event: "failure", reason: "<!channel> & more" });
    assert.match(text, /^\*❌ production: deployment failed\*\n&lt;!channel&gt; &amp; more\n/);
  });

  it("goes to the channel, and under the name, that the settings say", () => {
    const own = notifications.parse({ channel: "#deployments", name: "Shop" });
    const { channel, username } = payload({ settings: own }, notice);
    assert.deepEqual([channel, username], ["#deployments", "Shop"]);
  });

  it("is sent for chosen events alone", async () => {
    const channel = { webhook: receiver.address, settings: notifications.parse({ events: ["failure"] }) };
    for (const event of ["start", "success", "failure"] as const) await send(channel, { ...notice, event });
    assert.deepEqual(
      receiver.messages.map(({ text }) => text.slice(0, 3)),
      ["*❌ "],
    );
  });

  it("is sent again where it was not taken", async () => {
    receiver.statuses.push(503);
    assert.equal(await send({ webhook: receiver.address, settings }, notice, pause), undefined);
    assert.deepEqual(receiver.answers, [503, 200]);
  });

  it("is given up after three attempts; no more of the address is told than the host", async () => {
    receiver.statuses.push(404, 404, 404);
    const problem = await send({ webhook: receiver.address, settings }, notice, pause);
    assert.deepEqual(receiver.answers, [404, 404, 404]);
    assert.equal(problem, `${new URL(receiver.address).host} answered 404`);
    const { address } = receiver;
    await receiver.stop();
    assert.equal(
      await send({ webhook: address, settings }, notice, pause),
      `${new URL(address).host} was not reached (ECONNREFUSED)`,
    );
    receiver = await Receiver.start();
  });
});

describe("who deploys", () => {
  it("is the user of a machine", () => {
    assert.match(deployer({}).owner, /^[\w.-]+@[\w.-]+$/);
  });

  it("is in GitHub Actions and GitLab CI who started the run, which the link leads to", () => {
    assert.deepEqual(
      deployer({
        GITHUB_ACTIONS: "true",
        GITHUB_ACTOR: "alice",
        GITHUB_REPOSITORY: "example/site",
        GITHUB_RUN_ID: "4711",
        GITHUB_SERVER_URL: "https://github.example.org",
      }),
      {
        owner: "alice (GitHub Actions, example/site, run 4711)",
        link: "https://github.example.org/example/site/actions/runs/4711",
      },
    );
    const gitlab = {
      GITLAB_CI: "true",
      GITLAB_USER_LOGIN: "bob",
      CI_PROJECT_PATH: "example/site",
      CI_JOB_ID: "12",
      CI_JOB_URL: "https://gitlab.example.org/example/site/-/jobs/12",
    };
    assert.deepEqual(deployer(gitlab), { owner: "bob (GitLab CI, example/site, job 12)", link: gitlab.CI_JOB_URL });
  });
});
