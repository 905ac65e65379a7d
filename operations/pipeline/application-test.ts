/** The application's own tests, inside its image, beside a PostgreSQL and a Redis that nobody else sees. */
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout } from "node:timers/promises";

import { OperatorError } from "../stack.ts";
import { type Ended, run } from "../tool.ts";

export interface Tests {
  image: string;
  /** A line for the shell of the image; it writes a JUnit report to $JUNIT_XML. */
  command: string;
  /** Folder of this machine that gets the report. */
  reports: string;
  postgres: string;
  redis: string;
}

const helpers = join(import.meta.dirname, "..", "..", "host", "django");
const report = "junit.xml";

/** @returns the exit code of the command @throws OperatorError where there is nothing to judge it by */
export async function testApplication({ image, command, reports, postgres, redis }: Tests): Promise<number> {
  const name = `socle-test-${randomBytes(4).toString("hex")}`;
  // What a run that was killed left can be told by where its report was to be.
  const folder = resolve(reports);
  const label = `--label=socle.reports=${folder}`;
  const password = randomBytes(16).toString("hex");
  mkdirSync(reports, { recursive: true });
  // The application's user is nobody's on this machine.
  chmodSync(reports, 0o777);
  try {
    docker("network", "create", "--internal", name);
    const beside = (service: string): string[] => [
      "run",
      "--detach",
      "--rm",
      label,
      `--name=${name}-${service}`,
      `--network=${name}`,
      `--network-alias=${service}`,
    ];
    docker(...beside("postgres"), "--tmpfs=/var/lib/postgresql/data", `--env=POSTGRES_PASSWORD=${password}`, postgres);
    docker(...beside("redis"), "--tmpfs=/data", redis, "redis-server", "--requirepass", password);
    await answers(`${name}-postgres`);
    const variables = {
      SECRET_KEY: randomBytes(32).toString("hex"),
      ALLOWED_HOSTS: "localhost",
      DATABASE_URL: `postgresql://postgres:${password}@postgres:5432/postgres`,
      REDIS_URL: `redis://:${password}@redis:6379/1`,
      CELERY_BROKER_URL: `redis://:${password}@redis:6379/0`,
      JUNIT_XML: `/reports/${report}`,
      PYTHONPATH: "/socle",
    };
    const { status, stdout, stderr } = run(
      "docker",
      [
        ...["run", "--rm", label, `--name=${name}-tests`, `--network=${name}`, "--read-only", "--tmpfs=/tmp:mode=1777"],
        ...["--tmpfs=/srv/static:mode=1777", "--tmpfs=/srv/media:mode=1777"],
        ...[`--volume=${folder}:/reports`, `--volume=${helpers}:/socle:ro`],
        ...Object.keys(variables).map((key) => `--env=${key}`),
        ...["--entrypoint=/bin/sh", image, "-c", command],
      ],
      variables,
    );
    console.log(`${stdout}${stderr}`.trim());
    if (status === 0 && !existsSync(join(reports, report)))
      throw new OperatorError(
        `The tests ended well, but left no report at $JUNIT_XML, so there is no proof of them.\n    → Write one: pytest --junitxml="$JUNIT_XML", or python manage.py test --testrunner=socle_junit.Runner`,
      );
    return status ?? 1;
  } finally {
    for (const service of ["tests", "postgres", "redis"])
      run("docker", ["rm", "--force", "--volumes", `${name}-${service}`]);
    run("docker", ["network", "rm", name]);
  }
}

async function answers(container: string): Promise<void> {
  const until = Date.now() + 60_000;
  // Over TCP: the server that prepares the folder listens on its socket alone.
  const asked = ["exec", container, "pg_isready", "--quiet", "--host=127.0.0.1", "--username=postgres"];
  while (run("docker", asked).status !== 0) {
    if (Date.now() > until)
      throw new OperatorError(`PostgreSQL did not answer within 60 s:\n${run("docker", ["logs", container]).stderr}`);
    await setTimeout(250);
  }
}

function docker(...words: string[]): Ended {
  const ended = run("docker", words);
  if (ended.status !== 0) throw new OperatorError(`docker ${words[0] ?? ""}: ${ended.stderr.trim()}`);
  return ended;
}
