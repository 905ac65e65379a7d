/** JUnit XML, as pytest, Django's XML runners, mocha and most others write it. */
import { XMLParser } from "fast-xml-parser";
import { z } from "zod";

import { dated, ReportError, type Reported, shaped } from "../report.ts";

export const suites = ["backend", "e2e"] as const;
export type Suite = (typeof suites)[number];

const count = z.coerce.number().int().min(0);
const testcase = z.looseObject({
  name: z.string(),
  failure: z.unknown().optional(),
  error: z.unknown().optional(),
  skipped: z.unknown().optional(),
});

interface TestSuite {
  name?: string;
  timestamp?: string;
  tests?: number;
  failures?: number;
  errors?: number;
  testsuite: TestSuite[];
  testcase: z.infer<typeof testcase>[];
}

const testsuite: z.ZodType<TestSuite> = z.looseObject({
  name: z.string().optional(),
  timestamp: z.string().optional(),
  tests: count.optional(),
  failures: count.optional(),
  errors: count.optional(),
  get testsuite() {
    return z.array(testsuite).default([]);
  },
  testcase: z.array(testcase).default([]),
});

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseAttributeValue: false,
  parseTagValue: false,
  isArray: (name) => name === "testsuite" || name === "testcase",
});

/** Who wrote it, by the name that it gives its suites; versions it does not tell. */
const writers: [mark: RegExp, name: string][] = [
  [/^pytest/, "pytest"],
  [/^Mocha Tests/, "mocha"],
  [/playwright/i, "playwright"],
];

/** @throws ReportError where it is no such report, says of itself what its cases do not show, or no test ran */
export function junit(text: string, suite: Suite): Reported {
  if (text.trim() === "") throw new ReportError("the tests", "is empty");
  const document = parsed(text);
  const root = document.testsuites ?? document.testsuite?.[0];
  if (root === undefined) throw new ReportError("the tests", "is no JUnit report: it has no testsuites");
  const whole = shaped("the tests", testsuite, root === "" ? {} : root);
  const all = flat(whole);
  const cases = all.flatMap((each) => each.testcase);
  const failures = cases.filter((each) => each.failure !== undefined || each.error !== undefined).length;
  const skipped = cases.filter((each) => each.skipped !== undefined).length;
  const said = Math.max(sum(all, "failures") + sum(all, "errors"), (whole.failures ?? 0) + (whole.errors ?? 0));
  const ran = cases.length - skipped;
  if (ran === 0) throw new ReportError("the tests", "has no test that ran", "Run the tests; none is no pass.");
  const passed = failures === 0 && said === 0;
  const odd = all.find(
    (each) => each.tests !== undefined && each.tests !== flat(each).flatMap((one) => one.testcase).length,
  );
  if (passed && odd)
    throw new ReportError(
      "the tests",
      `contradicts itself: suite ${odd.name ?? ""} says ${odd.tests ?? 0} tests and has others`,
    );
  const name = all.flatMap((each) => each.name ?? [])[0] ?? "";
  return {
    policy: "EVD-03",
    tool: { name: writers.find(([mark]) => mark.test(name))?.[1] ?? "JUnit", version: "unknown" },
    result: passed ? "passed" : "failed",
    details: { part: suite, tests: ran, failures: Math.max(failures, said), skipped },
    when: newest(all.map(({ timestamp }) => dated("the tests", timestamp))),
  };
}

function parsed(text: string): { testsuites?: unknown; testsuite?: unknown[] } {
  try {
    // The parser alone takes what is cut off. The check is to move to another package; in the version that is pinned it is here.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    return parser.parse(text, true) as { testsuites?: unknown; testsuite?: unknown[] };
  } catch (error) {
    throw new ReportError("the tests", `is not XML, or is cut off (${error instanceof Error ? error.message : ""})`);
  }
}

const flat = (suite: TestSuite): TestSuite[] => [suite, ...suite.testsuite.flatMap(flat)];

/** Of suites that hold cases themselves: those around them count the same again. */
const sum = (all: readonly TestSuite[], key: "failures" | "errors"): number =>
  all.filter((each) => each.testcase.length > 0).reduce((total, each) => total + (each[key] ?? 0), 0);

const newest = (dates: (Date | undefined)[]): Date | undefined =>
  dates.filter((date) => date !== undefined).sort((a, b) => b.getTime() - a.getTime())[0];
