/** An SSH agent for the time of one command: the key comes by a variable and is never written to a disk. */
import { OperatorError } from "../stack.ts";
import { run, type Ended } from "../tool.ts";

/**
 * Runs something with an agent that holds the key of SSH_PRIVATE_KEY; without that variable, with what there is.
 * @throws OperatorError where the key cannot be used
 */
export async function withAgent<T>(
  environment: NodeJS.ProcessEnv,
  work: (environment: NodeJS.ProcessEnv) => T | Promise<T>,
): Promise<T> {
  const { SSH_PRIVATE_KEY: key, ...others } = environment;
  if (!key) return work(environment);
  const { stdout } = run("ssh-agent", ["-s"]);
  const variables = Object.fromEntries(
    [...stdout.matchAll(/^(SSH_\w+)=([^;]+);/gm)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  try {
    const added = run("ssh-add", ["-q", "-"], variables, `${key.trim().replaceAll("\r", "")}\n`);
    if (added.status !== 0) throw refusal(added);
    return await work({ ...others, ...variables });
  } finally {
    run("ssh-agent", ["-k"], variables);
  }
}

const refusal = ({ stderr }: Ended): OperatorError =>
  new OperatorError(
    `SSH_PRIVATE_KEY is no key that ssh-add takes (${stderr.trim().split("\n").at(-1) ?? ""}); nothing was changed.\n    → Put the whole file in, from -----BEGIN to -----END, of a key without a passphrase.`,
  );
