// Reports: what the tools really write is taken for what it says; what is cut off, empty or contradicts itself for nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import fc from "fast-check";
import { after, before, describe, it } from "mocha";

import { ReportError, type Reported } from "../../operations/evidence/report.ts";
import { junit } from "../../operations/evidence/reports/junit.ts";
import { defaultLimits, k6, locust } from "../../operations/evidence/reports/load.ts";
import { bandit, gitleaks, pipAudit, safety } from "../../operations/evidence/reports/scans.ts";
import { tool } from "../../operations/tool.ts";
import { fixed } from "../unit/config/arbitrary.ts";
import { run } from "../lab/command.ts";

const backend = (text: string): Reported => junit(text, "backend");
const medium = (text: string): Reported => bandit(text, "medium");
const loadOf =
  (read: typeof k6) =>
  (text: string): Reported =>
    read(text, defaultLimits);

const pytest = `<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" errors="0" failures="0" skipped="1" tests="3" time="0.31" timestamp="2026-11-20T10:00:00.123456+00:00" hostname="ci"><testcase classname="test_api" name="test_a" time="0.01" /><testcase classname="test_api" name="test_b" time="0.01" /><testcase classname="test_api" name="test_c" time="0.0"><skipped type="pytest.skip" message="no network">test_api.py:3: no network</skipped></testcase></testsuite></testsuites>`;
/** As Django's runner of unittest-xml-reporting writes it: a suite for each class. */
const django = `<?xml version="1.0"?>
<testsuites>
  <testsuite name="shop.tests.OrderTests-20261120" tests="1" file="shop/tests.py" time="0.1" timestamp="2026-11-20T10:00:00" failures="1" errors="0" skipped="0">
    <testcase classname="shop.tests.OrderTests" name="test_total" time="0.1"><failure type="AssertionError" message="1 != 2"><![CDATA[Traceback <b>]]></failure></testcase>
  </testsuite>
  <testsuite name="shop.tests.UserTests-20261120" tests="1" time="0.1" timestamp="2026-11-20T11:00:00" failures="0" errors="0" skipped="0">
    <testcase classname="shop.tests.UserTests" name="test_name" time="0.1"/>
  </testsuite>
</testsuites>`;

const safetyReport = {
  report_meta: {
    scan_target: "environment",
    safety_version: "2.3.5",
    timestamp: "2026-11-20 14:40:18",
    packages_found: 120,
    vulnerabilities_found: 0,
  },
  scanned_packages: { regex: { name: "regex", version: "2023.10.3" } },
  vulnerabilities: [] as object[],
};

const exported = {
  metrics: {
    http_reqs: { count: 9000, rate: 150 },
    http_req_failed: { passes: 9, fails: 8991, thresholds: { "rate<0.01": false }, value: 0.001 },
    http_req_duration: { avg: 80, min: 3, med: 70, max: 900, "p(90)": 120, "p(95)": 180.5 },
  },
  root_group: { name: "", path: "", groups: {}, checks: {} },
};
const handled = {
  root_group: {},
  options: {},
  state: { isStdOutTTY: false, testRunDurationMs: 60000 },
  metrics: {
    http_reqs: { type: "counter", contains: "default", values: { count: 9000, rate: 150 } },
    http_req_failed: { type: "rate", contains: "default", values: { rate: 0.001, passes: 9, fails: 8991 } },
    http_req_duration: {
      type: "trend",
      contains: "time",
      values: { avg: 80, "p(95)": 180.5 },
      thresholds: { "p(95)<200": { ok: true } },
    },
  },
};
const locustTable = `Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%
GET,"/api/items/?a=1,2",400,4,20,25.1,3,400,512.0,40.0,0.4,20,25,28,30,60,90,120,200,400,400,400
,Aggregated,400,4,20,25.1,3,400,512.0,40.0,0.4,20,25,28,30,60,90,120,200,400,400,400
`;
const locustList = [
  {
    name: "/",
    method: "GET",
    last_request_timestamp: 1_795_168_800.5,
    start_time: 1_795_168_700,
    num_requests: 200,
    num_none_requests: 0,
    num_failures: 1,
    response_times: { "20": 150, "90": 45, "400": 5 },
  },
];

describe("reports of tests", () => {
  it("of pytest are taken with their date", () => {
    assert.deepEqual(backend(pytest), {
      policy: "EVD-03",
      tool: { name: "pytest", version: "unknown" },
      result: "passed",
      details: { part: "backend", tests: 2, failures: 0, skipped: 1 },
      when: new Date("2026-11-20T10:00:00.123Z"),
    });
  });

  it("of Django with a failure are failed, and as new as their newest suite", () => {
    const { result, details, when } = backend(django);
    assert.deepEqual([result, details["failures"], details["tests"]], ["failed", 1, 2]);
    assert.deepEqual(when, new Date("2026-11-20T11:00:00"));
  });

  it("of mocha are what mocha itself writes", async () => {
    const folder = mkdtempSync(join(tmpdir(), "socle-report-"));
    try {
      const mocha = join(import.meta.dirname, "../../node_modules/mocha/bin/mocha.js");
      const report = join(folder, "report.xml");
      const tried = async (...tests: string[]): Promise<string> => {
        writeFileSync(join(folder, "site.test.cjs"), tests.join("\n"));
        const words = ["--no-config", "--reporter=xunit", `--reporter-option=output=${report}`, "site.test.cjs"];
        await run("node", [mocha, ...words], { directory: folder, check: false });
        return readFileSync(report, "utf8");
      };
      const good = junit(await tried('it("signs in & out", () => {});'), "e2e");
      assert.deepEqual(
        [good.tool.name, good.result, good.details],
        ["mocha", "passed", { part: "e2e", tests: 1, failures: 0, skipped: 0 }],
      );
      assert.ok(good.when && Math.abs(good.when.getTime() - Date.now()) < 60_000);
      const bad = junit(await tried('it("a", () => {});', 'it("b", () => { throw new Error("no <b>"); });'), "e2e");
      assert.deepEqual([bad.result, bad.details["failures"]], ["failed", 1]);
      assert.throws(
        () =>
          junit("<testsuite name='Mocha Tests' tests='1'><testcase name='a'><skipped/></testcase></testsuite>", "e2e"),
        /has no test that ran/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("that say of themselves what their cases do not show are no pass", () => {
    assert.throws(
      () => backend(pytest.replace('tests="3"', 'tests="9"')),
      /contradicts itself: suite pytest says 9 tests/,
    );
    assert.equal(backend(pytest.replace('failures="0"', 'failures="2"')).result, "failed");
    assert.equal(backend(pytest.replace('errors="0"', 'errors="1"')).result, "failed");
  });

  it("that are no reports are refused", () => {
    for (const [text, found] of [
      ["", /is empty/],
      ["60 passed", /is not XML, or is cut off|is no JUnit report/],
      ["<html><body/></html>", /is no JUnit report/],
      ["<testsuites/>", /has no test that ran/],
      ['<testsuites><testsuite name="pytest" tests="0"/></testsuites>', /has no test that ran/],
      [pytest.replace("2026-11-20T10:00:00.123456+00:00", "yesterday"), /has no date that can be read/],
    ] as const)
      assert.throws(() => backend(text), found);
  });
});

describe("reports of scanners", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "socle-report-"));
    mkdirSync(join(folder, "good"));
    mkdirSync(join(folder, "bad"));
    writeFileSync(join(folder, "good", "a.py"), "x = 1\n");
    writeFileSync(join(folder, "bad", "a.py"), 'import os\nos.system("ls " + input())\n');
  });
  after(() => rmSync(folder, { recursive: true }));

  it("of bandit are what bandit itself writes", async function () {
    this.timeout(300_000);
    const scanned = async (name: string): Promise<string> => {
      const report = join(folder, "bandit.json");
      await run(tool("python", "bandit"), ["-q", "-r", join(folder, name), "-f", "json", "-o", report], {
        check: false,
      });
      return readFileSync(report, "utf8");
    };
    const good = medium(await scanned("good"));
    assert.deepEqual(
      [good.result, good.details],
      ["passed", { part: "source", findings: 0, from: "medium", unread: 0, lines: 1 }],
    );
    assert.ok(good.when && Math.abs(good.when.getTime() - Date.now()) < 120_000);
    const text = await scanned("bad");
    const bad = bandit(text, "low");
    assert.equal(bad.result, "failed");
    assert.match(bad.tool.version, /^\d+\.\d+\.\d+$/);
    // What could not be read was not judged.
    writeFileSync(join(folder, "good", "b.py"), "def broken(:\n");
    const unread = medium(await scanned("good"));
    assert.deepEqual([unread.result, unread.details["unread"]], ["failed", 1]);
    mkdirSync(join(folder, "nothing"));
    const nothing = await scanned("nothing");
    assert.throws(() => medium(nothing), /judged no line of code/);
  });

  it("of pip-audit are what pip-audit itself writes", async function () {
    this.timeout(300_000);
    let vulnerable = false;
    const database = createServer((_, answer) => {
      const vulns = [
        {
          id: "PYSEC-2026-1",
          summary: "x",
          details: "x",
          modified: "2026-01-01T00:00:00Z",
          affected: [
            {
              package: { name: "django", ecosystem: "PyPI" },
              ranges: [{ type: "ECOSYSTEM", events: [{ introduced: "0" }, { fixed: "5.2.9" }] }],
              versions: ["5.2.1"],
            },
          ],
        },
      ];
      answer.setHeader("Content-Type", "application/json");
      answer.end(JSON.stringify(vulnerable ? { vulns } : {}));
    });
    await new Promise<void>((resolve) => database.listen(0, "127.0.0.1", resolve));
    try {
      const requirements = join(folder, "requirements.txt");
      writeFileSync(requirements, "django==5.2.1\n");
      const report = join(folder, "audit.json");
      const url = `http://127.0.0.1:${(database.address() as AddressInfo).port}/v1/query`;
      const words = [
        "-r",
        requirements,
        "--no-deps",
        "--disable-pip",
        "--progress-spinner=off",
        "-f",
        "json",
        "-o",
        report,
      ];
      const audited = async (): Promise<string> => {
        await run(tool("python", "pip-audit"), [...words, "-s", "osv", "--osv-url", url], { check: false });
        return readFileSync(report, "utf8");
      };
      const good = pipAudit(await audited());
      assert.deepEqual(
        [good.result, good.details],
        ["passed", { part: "dependencies", vulnerabilities: 0, packages: 1, skipped: 0 }],
      );
      assert.equal(good.when, undefined);
      vulnerable = true;
      const bad = pipAudit(await audited());
      assert.deepEqual([bad.result, bad.details["vulnerabilities"]], ["failed", 1]);
    } finally {
      database.close();
    }
    assert.throws(() => pipAudit('{"dependencies":[],"fixes":[]}'), /judged no package/);
    const skipped = pipAudit(
      '{"dependencies":[{"name":"a","version":"1","vulns":[]},{"name":"b","skip_reason":"not on PyPI"}]}',
    );
    assert.deepEqual([skipped.result, skipped.details["skipped"]], ["failed", 1]);
  });

  it("of gitleaks are what gitleaks itself writes, in both of its forms", async function () {
    this.timeout(300_000);
    const repository = join(folder, "repository");
    const git = (...words: string[]): void => {
      execFileSync("git", ["-C", repository, "-c", "user.name=A", "-c", "user.email=a@example.org", ...words], {
        stdio: "ignore",
      });
    };
    const leaked = async (form: "json" | "sarif"): Promise<string> => {
      const report = join(folder, `gitleaks.${form}`);
      await run(
        tool("go", "gitleaks"),
        ["git", "--no-banner", `--report-format=${form}`, `--report-path=${report}`, repository],
        { check: false },
      );
      return readFileSync(report, "utf8");
    };
    mkdirSync(repository);
    git("init", "-q");
    writeFileSync(join(repository, "a.txt"), "hello\n");
    git("add", ".");
    git("commit", "-qm", "a");
    for (const form of ["json", "sarif"] as const) {
      const { result, details } = gitleaks(await leaked(form));
      assert.deepEqual([result, details], ["passed", { part: "secrets", leaks: 0 }]);
    }
    // Of the form of a key; made here, so that nobody finds one in these files.
    const key = `ghp_${Array.from({ length: 36 }, (_, index) => "aB3dE9fGh1"[(index * 7) % 10]).join("")}`;
    writeFileSync(join(repository, "b.txt"), `token = "${key}"\n`);
    git("add", ".");
    git("commit", "-qm", "b");
    for (const form of ["json", "sarif"] as const) assert.equal(gitleaks(await leaked(form)).result, "failed", form);
  });

  it("of safety are taken with version and date", () => {
    assert.deepEqual(safety(JSON.stringify(safetyReport)), {
      policy: "EVD-08",
      tool: { name: "safety", version: "2.3.5" },
      result: "passed",
      details: { part: "dependencies", vulnerabilities: 0, packages: 120 },
      when: new Date("2026-11-20T14:40:18"),
    });
    const found = { ...safetyReport, vulnerabilities: [{ vulnerability_id: "51457" }] };
    assert.equal(safety(JSON.stringify(found)).result, "failed");
    const none = { ...safetyReport, report_meta: { ...safetyReport.report_meta, packages_found: 0 } };
    assert.throws(() => safety(JSON.stringify(none)), /judged no package/);
  });
});

describe("reports of load tests", () => {
  it("of k6 are taken in both of its forms", () => {
    const expected = {
      requests: 9000,
      failedShare: 0.001,
      p95: 180.5,
      crossed: 0,
      mostFailedShare: 0.01,
      mostP95: 1000,
    };
    for (const report of [exported, handled]) {
      const { result, details, tool: by } = loadOf(k6)(JSON.stringify(report));
      assert.deepEqual([by.name, result, details], ["k6", "passed", expected]);
      const read = (limits: object): string => k6(JSON.stringify(report), { ...defaultLimits, ...limits }).result;
      assert.deepEqual(
        [read({ p95: 180.5 }), read({ p95: 180 }), read({ failedShare: 0.0009 })],
        ["passed", "failed", "failed"],
      );
      assert.throws(() => read({ requests: 9001 }), /has 9000 requests, fewer than 9001/);
    }
  });

  it("of k6 are failed where its own thresholds were crossed", () => {
    const crossed = JSON.stringify(exported).replace('"rate<0.01":false', '"rate<0.01":true');
    assert.deepEqual([loadOf(k6)(crossed).result, loadOf(k6)(crossed).details["crossed"]], ["failed", 1]);
    assert.equal(loadOf(k6)(JSON.stringify(handled).replace('"ok":true', '"ok":false')).result, "failed");
  });

  it("of Locust are taken as a table and as JSON", () => {
    const table = loadOf(locust)(locustTable);
    assert.deepEqual([table.result, table.details["p95"], table.details["failedShare"]], ["passed", 90, 0.01]);
    const list = loadOf(locust)(JSON.stringify(locustList));
    assert.deepEqual([list.result, list.details["p95"], list.details["requests"]], ["passed", 90, 200]);
    assert.deepEqual(list.when, new Date(1_795_168_800_500));
    assert.throws(() => loadOf(locust)(locustTable.split("\n").slice(0, 2).join("\n")), /has no row `Aggregated`/);
    assert.throws(() => loadOf(locust)("[]"), /is not of the form/);
  });
});

describe("a report that is cut off", () => {
  const reports: [name: string, read: (text: string) => Reported, text: string][] = [
    ["junit", backend, pytest],
    ["junit of several suites", backend, django],
    [
      "bandit",
      medium,
      JSON.stringify({
        errors: [],
        generated_at: "2026-11-20T10:00:00Z",
        metrics: { _totals: { loc: 9 } },
        results: [],
      }),
    ],
    ["pip-audit", pipAudit, '{"dependencies":[{"name":"a","version":"1","vulns":[]}],"fixes":[]}'],
    ["safety", safety, JSON.stringify(safetyReport)],
    ["k6", loadOf(k6), JSON.stringify(exported)],
    ["locust", loadOf(locust), JSON.stringify(locustList)],
    ["locust as a table", loadOf(locust), locustTable],
  ];
  for (const [name, read, text] of reports)
    it(`is refused wherever it ends: ${name}`, () => {
      assert.ok(read(text));
      fc.assert(
        fc.property(fc.nat(text.length - 1), (end) => {
          assert.throws(() => read(text.slice(0, end)), ReportError);
        }),
        fixed(200),
      );
    });
  it("is not taken for another tool's", () => {
    for (const [name, , text] of reports)
      for (const [other, read] of reports)
        if (name.split(" ")[0] !== other.split(" ")[0])
          assert.throws(() => read(text), ReportError, `${name} as ${other}`);
    assert.throws(() => gitleaks('{"Leaks":[]}'), ReportError);
  });
});
