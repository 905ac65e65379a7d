/** `pipeline test`: the application's own tests, in the image that may go out. */
import { type Command, Option } from "commander";

import { OperatorError } from "../../stack.ts";
import { testApplication, type Tests } from "../application-test.ts";

export function addTest(program: Command): void {
  program
    .command("test")
    .description("runs the application's tests in its image, beside a PostgreSQL and a Redis of their own")
    .requiredOption("--image <reference>", "the image, as the engine of this machine knows it")
    .requiredOption("--reports <folder>", "where the JUnit report is written")
    .addOption(
      new Option("--command <line>", "for the shell of the image; it writes a JUnit report to $JUNIT_XML").default(
        "python manage.py test --testrunner=socle_junit.Runner",
      ),
    )
    .option("--postgres <image>", "PostgreSQL beside it", "postgres:15")
    .option("--redis <image>", "Redis beside it", "redis:7")
    .action(async (tests: Tests) => {
      const code = await testApplication(tests);
      if (code !== 0)
        throw new OperatorError(
          `The application's tests ended with exit code ${String(code)}; this image does not go out.\n    → What they say stands above.`,
        );
    });
}
