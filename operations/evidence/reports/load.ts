/** Summaries of load tests: k6 and Locust. */
import { z } from "zod";

import { json, ReportError, type Reported, shaped } from "../report.ts";

export interface Limits {
  /** Largest share of requests that may fail, from 0 to 1. */
  failedShare: number;
  /** Longest time within which 95 of 100 requests are answered, in milliseconds. */
  p95: number;
  /** Fewest requests that say anything. */
  requests: number;
}

export const defaultLimits: Limits = { failedShare: 0.01, p95: 1000, requests: 100 };

interface Load {
  requests: number;
  failedShare: number;
  p95: number;
  /** Thresholds of the test's own that were crossed. */
  crossed?: number;
  when?: Date;
}

function judged(name: string, version: string, load: Load, limits: Limits): Reported {
  const { requests, failedShare, p95, crossed = 0, when } = load;
  if (requests < limits.requests)
    throw new ReportError(
      name,
      `has ${requests} requests, fewer than ${limits.requests}`,
      "Let the test run for longer, or lower --requests.",
    );
  const passed = failedShare <= limits.failedShare && p95 <= limits.p95 && crossed === 0;
  return {
    policy: "EVD-04",
    tool: { name, version },
    result: passed ? "passed" : "failed",
    details: {
      requests,
      failedShare: rounded(failedShare),
      p95: rounded(p95),
      crossed,
      mostFailedShare: limits.failedShare,
      mostP95: limits.p95,
    },
    when,
  };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;

const amount = z.number().min(0);
const share = amount.max(1);
/** `--summary-export`: true where a threshold was crossed. `handleSummary`: whether it is kept. */
const thresholds = z.record(z.string(), z.union([z.boolean(), z.looseObject({ ok: z.boolean() })])).optional();
const exported = z.looseObject({
  http_reqs: z.looseObject({ count: amount }),
  http_req_failed: z.looseObject({ value: share }),
  http_req_duration: z.looseObject({ "p(95)": amount }),
});
const handled = z.looseObject({
  http_reqs: z.looseObject({ values: z.looseObject({ count: amount }) }),
  http_req_failed: z.looseObject({ values: z.looseObject({ rate: share }) }),
  http_req_duration: z.looseObject({ values: z.looseObject({ "p(95)": amount }) }),
});

/** k6: `--summary-export FILE`, or the data that `handleSummary` gets. */
export function k6(text: string, limits: Limits): Reported {
  const { metrics } = shaped(
    "k6",
    z.looseObject({ metrics: z.record(z.string(), z.looseObject({ thresholds })) }),
    json("k6", text),
  );
  const crossed = Object.values(metrics)
    .flatMap((metric) => Object.values(metric.thresholds ?? {}))
    .filter((state) => (typeof state === "boolean" ? state : !state.ok)).length;
  if ("values" in (metrics["http_reqs"] ?? {})) {
    const { http_reqs, http_req_failed, http_req_duration } = shaped("k6", handled, metrics);
    const load = { requests: http_reqs.values.count, failedShare: http_req_failed.values.rate };
    return judged("k6", "unknown", { ...load, p95: http_req_duration.values["p(95)"], crossed }, limits);
  }
  const { http_reqs, http_req_failed, http_req_duration } = shaped("k6", exported, metrics);
  const load = { requests: http_reqs.count, failedShare: http_req_failed.value, p95: http_req_duration["p(95)"] };
  return judged("k6", "unknown", { ...load, crossed }, limits);
}

const entries = z
  .array(
    z.looseObject({
      num_requests: z.int().min(0),
      num_failures: z.int().min(0),
      last_request_timestamp: z.number().nullable(),
      response_times: z.record(z.string().regex(/^\d+(\.\d+)?$/), z.int().min(0)),
    }),
  )
  .min(1);

/** Locust: the table of `--csv PREFIX` (PREFIX_stats.csv), or what `--json` prints. */
export function locust(text: string, limits: Limits): Reported {
  return text.trimStart().startsWith("[") ? locustJson(text, limits) : locustTable(text, limits);
}

function locustJson(text: string, limits: Limits): Reported {
  const list = shaped("locust", entries, json("locust", text));
  const total = (key: "num_requests" | "num_failures"): number => list.reduce((sum, each) => sum + each[key], 0);
  const times = list
    .flatMap(({ response_times }) =>
      Object.entries(response_times).map(([time, times]): [number, number] => [Number(time), times]),
    )
    .sort(([a], [b]) => a - b);
  const measured = times.reduce((sum, [, count]) => sum + count, 0);
  let seen = 0;
  const p95 = times.find(([, count]) => (seen += count) >= measured * 0.95)?.[0];
  if (p95 === undefined) throw new ReportError("locust", "has no response times");
  const last = Math.max(...list.map((each) => each.last_request_timestamp ?? 0));
  const requests = total("num_requests");
  return judged(
    "locust",
    "unknown",
    { requests, failedShare: requests === 0 ? 1 : total("num_failures") / requests, p95, when: new Date(last * 1000) },
    limits,
  );
}

function locustTable(text: string, limits: Limits): Reported {
  const [head = "", ...rows] = text.trim().split(/\r?\n/);
  const columns = cells(head);
  const aggregated = rows.map(cells).find((row) => row[columns.indexOf("Name")] === "Aggregated");
  if (!columns.includes("Request Count") || aggregated?.length !== columns.length || !text.endsWith("\n"))
    throw new ReportError(
      "locust",
      "is no table of statistics, or is cut off: it has no row `Aggregated`",
      "Import PREFIX_stats.csv of `locust --csv PREFIX`.",
    );
  const number = (column: string): number => {
    const value = aggregated[columns.indexOf(column)] ?? "";
    if (!/^\d+(\.\d+)?$/.test(value)) throw new ReportError("locust", `has no number under \`${column}\``);
    return Number(value);
  };
  const requests = number("Request Count");
  const failedShare = requests === 0 ? 1 : number("Failure Count") / requests;
  return judged("locust", "unknown", { requests, failedShare, p95: number("95%") }, limits);
}

/** Cells of a line of CSV (RFC 4180). */
const cells = (line: string): string[] =>
  [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g)].map(
    ([, quoted, plain = ""]) => quoted?.replaceAll('""', '"') ?? plain,
  );
