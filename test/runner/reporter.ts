// Mocha's own report as it goes; what came of each file is written for the runner, where it asks for that.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";

import Mocha from "mocha";

/** What came of one run of Mocha. */
export interface Outcome {
  passed: number;
  failed: { title: string; file: string }[];
  /** File → seconds, with its hooks. */
  seconds: Record<string, number>;
}

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_TEST_FAIL, EVENT_RUN_END } = Mocha.Runner.constants;
    const project = process.cwd();
    const outcome: Outcome = { passed: 0, failed: [], seconds: {} };
    const began = new Map<Mocha.Suite, number>();
    runner.on(EVENT_SUITE_BEGIN, (suite) => began.set(suite, Date.now()));
    runner.on(EVENT_SUITE_END, (suite) => {
      if (!suite.parent?.root) return;
      const file = relative(project, suite.file ?? "");
      outcome.seconds[file] = (outcome.seconds[file] ?? 0) + (Date.now() - (began.get(suite) ?? 0)) / 1000;
    });
    runner.on(EVENT_TEST_FAIL, (test) => {
      outcome.failed.push({ title: test.fullTitle(), file: relative(project, test.file ?? "") });
    });
    runner.once(EVENT_RUN_END, () => {
      outcome.passed = this.stats.passes;
      const file = process.env["SOCLE_TEST_OUTCOME"];
      if (file) writeFileSync(file, JSON.stringify(outcome));
    });
  }
}
