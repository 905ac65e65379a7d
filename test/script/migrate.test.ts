// One start of the application collects the static files and says what is pending: which of the two went wrong is told.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { after, describe, it } from "mocha";

import { shellWords } from "../../config/shell-word.ts";
import { commandsOf } from "../../config/preset.ts";
import { dev, read } from "../unit/config/stack.ts";
import { Folder, runScript } from "./machine.ts";

describe("the first task of a release", function () {
  this.timeout(300_000);
  const stack = `socle-first-${randomBytes(3).toString("hex")}`;
  const state = new Folder();
  const { prepare = [], plan = [] } = commandsOf(read(dev()).settings);
  /** With a database that nobody answers for. */
  const begun = (...flags: string[]): { status: number | null; said: string } => {
    const environment = { SECRET_KEY: "x".repeat(64), ALLOWED_HOSTS: "localhost", REDIS_URL: "redis://localhost" };
    const variables = {
      ...environment,
      DATABASE_URL: "postgresql://nobody@127.0.0.1:9/none",
      STATIC_ROOT: "/srv/other",
    };
    const container = [
      ...["--network=none", "--tmpfs=/tmp:mode=1777", ...flags],
      ...Object.entries(variables).map(([key, value]) => `--env=${key}=${value}`),
      "socle-example-site:dev",
    ];
    const words = {
      ...{ stack, called: "trial", database: "none", container: shellWords(container), join: "" },
      ...{ lock: "1", statement: "900", retries: "0", failure: "reverse" },
      ...{ prepare: shellWords(prepare), plan: shellWords(plan) },
    };
    const { status, stdout, stderr } = runScript("migrate.sh", words, {
      environment: { SOCLE_STATE: state.path },
    });
    return { status, said: `${String(stdout)}${String(stderr)}` };
  };
  after(() => {
    state.remove();
  });

  it("says that the static files could not be collected, and why", () => {
    const { status, said } = begun("--tmpfs=/srv/other:ro");
    assert.equal(status, 1);
    assert.match(
      said,
      /static files: the image could not collect them; nothing was changed\.[^]*Read-only file system/,
    );
    assert.doesNotMatch(said, /pending/);
  });

  it("says that what is pending could not be told, and why, once they are collected", () => {
    const { status, said } = begun("--tmpfs=/srv/other:mode=1777");
    assert.equal(status, 1);
    assert.match(said, /migrations: the image could not say what is pending\.[^]*Connection refused/);
    assert.doesNotMatch(said, /could not collect/);
  });
});
