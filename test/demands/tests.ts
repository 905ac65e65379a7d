/** The tests of the project by their titles, as Mocha reads them: tables and loops are written out. */
import { fork } from "node:child_process";
import { join } from "node:path";

export interface Test {
  /** From the project's folder. */
  file: string;
  /** Titles of the describes that it stands in, the outermost first. */
  path: readonly string[];
  title: string;
}

/** What differs from run to run, or from machine to machine, is taken out of a title. */
export const stable = (title: string): string =>
  title.replaceAll(/\d{5,}/g, "N").replaceAll(/ \((?:built here|official)\)/g, "");

/** Title of a test with those of its describes, as Mocha's `fullTitle` has it, without what differs from run to run. */
export const fullTitle = ({ path, title }: Test): string => stable([...path, title].join(" "));

/** The folder of test/ in which a file stands, which is the tier that runs it. */
export const tierOf = (file: string): string => /^test\/(\w+)\//.exec(file)?.[1] ?? "lint";

/** Loads every test file in a process of its own, which takes some seconds, and runs none. */
export async function allTests(environment: NodeJS.ProcessEnv = process.env): Promise<Test[]> {
  const child = fork(join(import.meta.dirname, "walk.ts"), { env: environment, silent: true });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("message", (message) => {
      resolve(message as Test[]);
      // What a test file holds open keeps it alive, and `process.exit` waits for ever now and then for a thread that
      // compiles, which waits for the garbage collector, which waits for the main thread (nodejs/node#54918).
      child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", () =>
      reject(new Error(`The test files could not be loaded:\n${Buffer.concat(said).toString()}`)),
    );
  });
}
