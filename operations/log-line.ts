/** A line among the logs of a stack. */
export interface Line {
  /** Of a release's own lines: `release`. */
  service: string;
  /** As the engine stamps it: RFC 3339 with nanoseconds, so that texts compare as times; a release's has seconds. */
  time: string;
  text: string;
  /** What became of a release at that time. */
  release?: { number: number; event: "began" | "serves" | "failed" };
}
