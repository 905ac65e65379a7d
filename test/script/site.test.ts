// The sample site's own tests, inside its image, as the pipeline runs them: beside a real PostgreSQL and Redis.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { XMLParser } from "fast-xml-parser";
import { after, before, describe, it } from "mocha";

import { docker } from "../lab/command.ts";
import { pipeline } from "../lab/pipeline.ts";

const image = "socle-example-site:dev";

describe("the sample site", function () {
  this.timeout(300_000);
  let reports: string;
  before(async () => {
    reports = await mkdtemp(join(tmpdir(), "socle-site-"));
  });
  after(() => rm(reports, { recursive: true }));

  const left = (): Promise<string> => docker(["ps", "--all", "--quiet", "--filter", `label=socle.reports=${reports}`]);

  it("passes its own tests as the user that it runs as, on a read-only file system, and leaves a report", async () => {
    const { code, stdout, stderr } = await pipeline(["test", "--image", image, "--reports", reports]);
    assert.equal(code, 0, `${stdout}\n${stderr}`);
    const { testsuite } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: "" }).parse(
      await readFile(join(reports, "junit.xml"), "utf8"),
    ) as { testsuite: { tests: string; failures: string; errors: string; testcase: { classname: string }[] } };
    assert.ok(Number(testsuite.tests) >= 20, `only ${testsuite.tests} tests ran`);
    assert.deepEqual([testsuite.failures, testsuite.errors], ["0", "0"]);
    assert.equal(testsuite.testcase.length, Number(testsuite.tests));
    assert.ok(testsuite.testcase.every(({ classname }) => classname.startsWith("copies.tests.")));
    assert.equal(await left(), "");
  });

  it("does not go out with a failing test, nor with tests that leave no proof", async () => {
    const run = (command: string) => pipeline(["test", "--image", image, "--reports", reports, "--command", command]);
    await rm(join(reports, "junit.xml"), { force: true });
    const silent = await run("true");
    assert.equal(silent.code, 1);
    assert.match(silent.stderr, /left no report at \$JUNIT_XML[^]*→ Write one: pytest --junitxml/);
    const failing = await run("echo one test failed; exit 3");
    assert.equal(failing.code, 1);
    assert.match(failing.stdout, /one test failed/);
    assert.match(failing.stderr, /ended with exit code 3; this image does not go out/);
    assert.equal(await left(), "");
  });
});
