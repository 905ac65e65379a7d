// What watches over a deployment, after the program is gone: the lock, and the record of a failure.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

import type { Assignment, Report } from "../../../deployment/watcher.ts";
import { parsed } from "../../../operations/release-history.ts";
import { Folder, runScript } from "../../script/machine.ts";

const project = join(import.meta.dirname, "..", "..", "..");

describe("the watcher of a deployment", () => {
  let folder: Folder;
  let environment: Record<string, string>;
  beforeEach(() => {
    folder = new Folder();
    // A state that does not answer: then the program's own word counts.
    folder.program("pulumi", "#!/bin/sh\nexit 1\n");
    folder.program("docker", "#!/bin/sh\n");
    environment = { SOCLE_STATE: folder.path, PATH: folder.searchPath };
    lock("take", "id", "deployment", "key", "600", "0", "alice", "pulumi up", "");
  });
  afterEach(() => {
    folder.remove();
  });

  function lock(...words: string[]): string {
    const { status, stdout, stderr } = runScript("lock.sh", ["site", ...words], { environment });
    assert.equal(status, 0, stderr.toString());
    return stdout.toString();
  }

  /** A deployment whose engine is gone, and whose program said no more than this. */
  async function watched(...reports: Report[]): Promise<void> {
    const assignment: Assignment = {
      place: { host: { type: "local" } as Assignment["place"]["host"], name: "site" },
      lock: "id",
      engine: "",
      stack: "organization/socle/site",
      channel: undefined,
      notice: { stack: "site", url: "https://site.test", image: "site:1", owner: "alice", link: "" },
      rollback: false,
      attempt: JSON.stringify({ image: "site:1", digest: "", release: "", settings: {} }),
    };
    const watcher = spawn(process.execPath, [join(project, "deployment", "watcher.ts")], {
      env: { ...process.env, ...environment },
      stdio: ["pipe", "ignore", "inherit"],
    });
    watcher.stdin.end([assignment, ...reports].map((line) => `${JSON.stringify(line)}\n`).join(""));
    const [code] = (await once(watcher, "exit")) as [number | null];
    assert.equal(code, 0);
  }
  const recorded = () => parsed(readFileSync(join(folder.path, "site", "releases.jsonl"), "utf8"));

  it("leaves the lock of one that was killed, whose remote work may still run, and records it as failed", async () => {
    await watched();
    assert.match(lock("show"), /^id=id$/m);
    assert.equal(recorded()?.result, "failed");
    assert.match(recorded()?.reason ?? "", /^The deployment was killed/);
  });

  it("gives the lock of one back that failed in good order, and records why", async () => {
    await watched({ failed: "the backend is not healthy" }, { ended: 1 });
    assert.equal(lock("show"), "");
    assert.equal(recorded()?.reason, "the backend is not healthy");
  });
});
