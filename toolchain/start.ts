// npm start, after the set-up: brings the dev stack up on the local engine and
// says where the site is and what to try.
import { constants, copyFileSync, existsSync } from "node:fs";
import { get } from "node:https";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { styleText } from "node:util";
import { capture, pulumi } from "./pulumi.ts";

const clone = dirname(import.meta.dirname);
const stack = "dev";
const patience = 120_000;

interface Outputs {
  readonly url?: string;
  readonly adminUser?: string;
}

function heading(text: string): void {
  console.log(`\n${styleText("bold", text, { stream: process.stdout })}`);
}

/** The stack's configuration is the developer's own from the first start on. */
function provideConfiguration(): void {
  const [example, own] = [join(clone, "examples", `Pulumi.${stack}.yaml`), join(clone, `Pulumi.${stack}.yaml`)];
  if (existsSync(own)) return;
  copyFileSync(example, own, constants.COPYFILE_EXCL);
  console.log(`Pulumi.${stack}.yaml: copied from examples/, yours to change`);
}

async function bringUp(): Promise<void> {
  heading(`pulumi up, stack ${stack}`);
  const code = await pulumi(["up", "--yes", "--stack", stack]);
  if (code !== 0)
    throw new Error(
      `pulumi up ended with exit code ${code}; the reason stands above. What was made stays and is known to Pulumi: ` +
        `mend the cause and run npm start again, or take everything down with npm run -s pulumi -- destroy -s ${stack}.`,
    );
}

function readOutputs(): Outputs {
  return JSON.parse(capture(["stack", "output", "--json", "--stack", stack])) as Outputs;
}

/** One request; the certificate of a local site is self-signed, and nothing secret is sent. */
function statusOf(url: string): Promise<number> {
  return new Promise((done, failed) => {
    const request = get(url, { rejectUnauthorized: false, timeout: 5_000 }, (response) => {
      response.resume();
      done(response.statusCode ?? 0);
    });
    request.on("timeout", () => request.destroy(new Error("no answer in 5 s")));
    request.on("error", failed);
  });
}

async function waitForSite(url: string): Promise<void> {
  const end = Date.now() + patience;
  let last = "";
  while (Date.now() < end) {
    try {
      const status = await statusOf(url);
      if (status < 400) return;
      last = `status ${status}`;
    } catch (error) {
      last = error instanceof Error ? error.message || String((error as NodeJS.ErrnoException).code) : String(error);
    }
    await sleep(500);
  }
  throw new Error(
    `The stack is up, but ${url} does not serve after ${patience / 1000} s (last answer: ${last}). ` +
      `docker ps shows its containers, docker logs NAME what they say.`,
  );
}

function sayWhatNext({ url, adminUser }: Outputs): void {
  const run = "npm run -s pulumi --";
  heading("The site is up and answers over HTTPS");
  console.log(
    `  address   ${styleText("cyan", url ?? "", { stream: process.stdout })}   (self-signed: the browser warns once)`,
  );
  if (adminUser !== undefined) {
    console.log(`  sign in   ${adminUser}, with the password that this prints:`);
    console.log(`            ${run} stack output adminPassword --show-secrets -s ${stack}`);
  }
  heading("What to try next");
  console.log(`  Change something in Pulumi.${stack}.yaml, such as application.workers, and see the plan:`);
  console.log(`            ${run} preview -s ${stack}`);
  console.log(`  Carry it out, while the site keeps serving:`);
  console.log(`            ${run} up -s ${stack}`);
  console.log(`  Take everything down; the data volumes stay:`);
  console.log(`            ${run} destroy -s ${stack}`);
}

try {
  process.chdir(clone);
  provideConfiguration();
  await bringUp();
  const outputs = readOutputs();
  if (outputs.url === undefined) throw new Error(`The stack ${stack} has no output "url"; index.ts exports it.`);
  await waitForSite(outputs.url);
  sayWhatNext(outputs);
} catch (error) {
  console.error(`\nnpm start: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
