// The scans, by the real tools over a repository made for it; the advisories come from a server that speaks OSV's API.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { after, afterEach, before, beforeEach, describe, it } from "mocha";

import { run } from "../lab/command.ts";
import { clone, type Ended, pipeline } from "../lab/pipeline.ts";

/** google.github.io/osv.dev/post-v1-query */
const advisory = {
  id: "PYSEC-2099-1",
  summary: "made up for this test",
  details: "made up for this test",
  modified: "2026-01-01T00:00:00Z",
  affected: [
    {
      package: { name: "django", ecosystem: "PyPI" },
      ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "99.1" }] }],
      versions: ["99.0"],
    },
  ],
};

describe("the scans", function () {
  this.timeout(300_000);
  let osv: Server;
  let folder: string;
  before(async () => {
    osv = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk as Buffer);
        const asked = JSON.parse(Buffer.concat(chunks).toString()) as { package: { name: string }; version: string };
        const vulnerable = asked.package.name === "django" && asked.version === "99.0";
        response.writeHead(200, { "content-type": "application/json" });
        response.end(JSON.stringify(vulnerable ? { vulns: [advisory] } : {}));
      })();
    });
    await new Promise<void>((resolve) => osv.listen(0, "127.0.0.1", resolve));
  });
  after(() => new Promise((resolve) => osv.close(resolve)));
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "socle-scan-"));
    await mkdir(join(folder, "site"));
    await write("site/manage.py", "print('hello')\n");
    await write("site/requirements.txt", "django==99.1\n");
    await git("init", "--quiet");
  });
  afterEach(() => rm(folder, { recursive: true }));

  const write = (path: string, text: string): Promise<void> => writeFile(join(folder, path), text);
  const git = (...words: string[]) =>
    run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", "-C", folder, ...words]);
  const commit = async (): Promise<void> => {
    await git("add", "--all");
    await git("commit", "--quiet", "--message=made");
  };
  const scan = (directory = folder, application = "site"): Promise<Ended> =>
    pipeline(["scan", "--application", application, "--reports", join(folder, "reports")], {
      directory,
      environment: { OSV_URL: `http://127.0.0.1:${String((osv.address() as AddressInfo).port)}/v1/query` },
    });

  it("pass what is sound, and leave a report of each", async () => {
    await commit();
    const { code, stdout, stderr, summary } = await scan();
    assert.equal(code, 0, `${stdout}${stderr}`);
    assert.equal([...summary.matchAll(/✅ nothing/g)].length, 3);
    for (const report of ["bandit", "pip-audit", "gitleaks"])
      JSON.parse(await readFile(join(folder, "reports", `${report}.json`), "utf8"));
  });

  it("find unsafe Python, a vulnerable package and a secret of an earlier commit", async () => {
    await write("site/unsafe.py", "import subprocess\nsubprocess.call(input(), shell=True)\nexec(input())\n");
    await write("site/requirements.txt", "django==99.0\n");
    // In parts, so that this file holds none.
    const secret = ["ghp", "x8Kd02mVbTqLw93RzYcN57HsFjAeUi4GoPrE"].join("_");
    await write("site/token.txt", `${secret}\n`);
    await commit();
    await rm(join(folder, "site", "token.txt"));
    await commit();
    const { code, stdout, stderr } = await scan();
    assert.equal(code, 1);
    assert.match(stdout, /bandit: site\/unsafe\.py:3: .*\(B102\)/);
    assert.match(stdout, /pip-audit: django 99\.0: PYSEC-2099-1, mended in 99\.1/);
    assert.match(stdout, /gitleaks: site\/token\.txt:1: github-pat, in commit [0-9a-f]{12}/);
    assert.match(stderr, /bandit \(bandit\.json\), pip-audit \(pip-audit\.json\), gitleaks \(gitleaks\.json\)/);
    // A report is kept as an artefact: it may not hold what it found.
    const report = await readFile(join(folder, "reports", "gitleaks.json"), "utf8");
    assert.ok(!`${report}${stdout}${stderr}`.includes(secret));
  });

  it("do not pass Python that cannot be read, nor packages that nobody states", async () => {
    await write("site/manage.py", "def (:\n");
    await rm(join(folder, "site", "requirements.txt"));
    await commit();
    const { code, stdout } = await scan();
    assert.equal(code, 1);
    assert.match(stdout, /bandit: site\/manage\.py: syntax error/);
    assert.match(stdout, /pip-audit: site\/requirements\.txt is not there/);
  });

  it("do not pass packages that could not be looked up", async () => {
    await commit();
    const { code, stderr } = await pipeline(["scan", "--application", "site", "--reports", join(folder, "reports")], {
      directory: folder,
      environment: { OSV_URL: "http://127.0.0.1:9/v1/query" },
    });
    assert.equal(code, 1);
    assert.match(stderr, /pip-audit could not judge/);
  });

  it("find nothing in this repository and its sample site", async () => {
    const { code, stdout } = await scan(clone, "examples/site");
    assert.equal(code, 0, stdout);
  });
});
