// Mocha's own report as it goes, and at its end one line that counts: `N passed, N failed`.
import { writeFileSync } from "node:fs";

import Mocha from "mocha";

export default class Reporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
      const count = `${String(this.stats.passes)} passed, ${String(this.stats.failures)} failed`;
      console.log(count);
      // For who runs the tests as part of more, whose last line is another.
      const file = process.env["SOCLE_TEST_COUNT"];
      if (file) writeFileSync(file, `${count}\n`);
    });
  }
}
