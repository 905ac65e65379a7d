// Mocha's own report as it goes; at its end what took longest, and one line that counts: `N passed, N failed`.
import { writeFileSync } from "node:fs";

import Mocha from "mocha";

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const { EVENT_SUITE_BEGIN, EVENT_SUITE_END, EVENT_RUN_END } = Mocha.Runner.constants;
    const began = new Map<Mocha.Suite, number>();
    const took: { seconds: number; title: string }[] = [];
    runner.on(EVENT_SUITE_BEGIN, (suite) => began.set(suite, Date.now()));
    runner.on(EVENT_SUITE_END, (suite) => {
      // With its hooks, which bring up what the tests look at. Only the suites that a file begins with: not those within.
      if (suite.parent?.root) took.push({ seconds: (Date.now() - (began.get(suite) ?? 0)) / 1000, title: suite.title });
    });
    runner.once(EVENT_RUN_END, () => {
      const longest = took.sort((a, b) => b.seconds - a.seconds).filter(({ seconds }) => seconds >= 10);
      for (const { seconds, title } of longest.slice(0, 40))
        console.log(`${seconds.toFixed(0).padStart(6)} s  ${title}`);
      const count = `${String(this.stats.passes)} passed, ${String(this.stats.failures)} failed`;
      console.log(count);
      // For who runs the tests as part of more, whose last line is another.
      const file = process.env["SOCLE_TEST_COUNT"];
      if (file) writeFileSync(file, `${count}\n`);
    });
  }
}
