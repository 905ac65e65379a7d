/** Reports as tools write them, of a release that passed: what the demonstration imports into its throw-away copy. */

export interface SampleReport {
  /** Words of `npm run evidence -- import`, before and after the file. */
  importer: string;
  options?: readonly string[];
  text: (now: string) => unknown;
}

const junit = (suite: string, tests: number) => (now: string) =>
  `<testsuites><testsuite name="${suite}" tests="${tests}" failures="0" errors="0" timestamp="${now}">${Array.from(
    { length: tests },
    (_, index) => `<testcase classname="site" name="case ${index + 1}"/>`,
  ).join("")}</testsuite></testsuites>`;

export const sampleReports: readonly SampleReport[] = [
  { importer: "junit", options: ["--suite", "backend"], text: junit("pytest", 60) },
  { importer: "junit", options: ["--suite", "e2e"], text: junit("playwright", 12) },
  {
    importer: "k6",
    text: () => ({
      metrics: {
        http_reqs: { count: 9000, rate: 150 },
        http_req_failed: { value: 0 },
        http_req_duration: { "p(95)": 180 },
      },
    }),
  },
  {
    importer: "bandit",
    text: (now) => ({ errors: [], generated_at: now, metrics: { _totals: { loc: 800 } }, results: [] }),
  },
  { importer: "pip-audit", text: () => ({ dependencies: [{ name: "django", version: "5.2.8", vulns: [] }] }) },
  { importer: "gitleaks", text: () => [] },
];
