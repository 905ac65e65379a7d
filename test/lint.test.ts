// The repository as a whole: linted, formatted, typed, in layers, and fit to be read by anyone.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { before, describe, it } from "mocha";

const project = join(import.meta.dirname, "..");

/** Output of a program that found nothing wrong; what it says otherwise is the failure. */
async function passes(program: string, words: readonly string[], input?: string): Promise<string> {
  const child = spawn(program, words, {
    cwd: project,
    env: {
      ...process.env,
      PATH: `${join(project, "node_modules", ".bin")}:${process.env["PATH"] ?? ""}`,
      NO_COLOR: "1",
    },
  });
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => output.push(chunk));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
    // A program that ends early leaves some of its input unread.
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
  });
  const said = Buffer.concat(output).toString();
  if (status !== 0) assert.fail(`${[program, ...words.slice(0, 3)].join(" ")} ended with ${String(status)}:\n${said}`);
  return said;
}

/** Names of the arguments that a script takes (host/arguments.sh). */
const takes = /^takes='([^']*)'$/m;

describe("repository", function () {
  this.timeout(900_000);
  let files: string[];
  const checks = {
    eslint: ["--max-warnings=0", "."],
    tsc: ["--noEmit", "--pretty", "false"],
    prettier: ["--check", "--log-level=warn", "."],
    depcruise: ["--output-type=err-long", "."],
  };
  const started = new Map<string, Promise<string>>();
  // Side by side: each takes one processor for most of its time, and is awaited by a test of its own.
  const start = (name: string, check: Promise<string>): void => {
    check.catch(() => undefined);
    started.set(name, check);
  };
  before(async () => {
    for (const [program, words] of Object.entries(checks)) start(program, passes(program, words));
    const listed = await passes("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    files = listed.split("\0").filter((file) => file !== "" && existsSync(join(project, file)));
    assert.ok(files.length > 50);
    const scripts = files.filter((file) => file.endsWith(".sh") || /^#!.*\b(ba|da)?sh\b/.test(text(file).slice(0, 80)));
    assert.ok(scripts.includes("host/run.sh") && scripts.includes(".ci/run"));
    const named = scripts.filter((file) => takes.test(text(file)));
    assert.ok(named.includes("host/nginx/apply.sh"));
    start("shellcheck", shellchecked(scripts, named));
  });
  /**
   * Scripts that take their arguments by name are read with these declared: shellcheck sees that each variable is one that
   * the script sets or takes.
   */
  const shellchecked = async (scripts: string[], named: string[]): Promise<string> => {
    const others = scripts.filter((file) => !named.includes(file));
    const declared = named.map((file) => {
      const names = (takes.exec(text(file))?.[1] ?? "").replaceAll("=", "").split(/\s+/);
      const given = names.map((name) => `"\${${name}=}"`).join(" ");
      const told = text(file).replace(/^\. \.\/arguments\.sh$/m, `: "$takes" ${given}`);
      return passes("shellcheck", ["--external-sources", "-"], told).catch((error: unknown) => {
        throw new Error(file, { cause: error });
      });
    });
    return (await Promise.all([passes("shellcheck", ["--external-sources", ...others]), ...declared])).join("");
  };
  const text = (file: string): string => readFileSync(join(project, file), "utf8");

  it("passes eslint", async () => {
    await started.get("eslint");
  });

  it("is formatted by prettier", async () => {
    await started.get("prettier");
  });

  it("passes the TypeScript compiler's checks", async () => {
    await started.get("tsc");
  });

  it("keeps its layers: who imports whom", async () => {
    await started.get("depcruise");
  });

  it("passes shellcheck, every script", async () => {
    await started.get("shellcheck");
  });

  it("has Python on hosts that Python compiles without a warning", async () => {
    const programs = files.filter((file) => file.startsWith("host/") && file.endsWith(".py"));
    assert.ok(programs.length > 0);
    const compile = 'import sys; compile(sys.stdin.read(), sys.argv[1], "exec")';
    const container = [
      "run",
      "--rm",
      "--interactive",
      "--network=none",
      "python:3.13-slim",
      "python",
      "-W",
      "error",
      "-c",
      compile,
    ];
    for (const program of programs) await passes("docker", [...container, program], text(program));
  });

  it("makes scripts that are run by name executable", async () => {
    const modes = await passes("git", ["ls-files", "--stage", "--", ".ci/run", "toolchain/setup.sh"]);
    for (const line of modes.trim().split("\n")) assert.match(line, /^100755 /);
  });

  it("names no path of the machine that it was written on", () => {
    const path = new RegExp(String.raw`(?<![\w.~-])/(${["wo" + "rk", "fa" + "rm"].join("|")})/`);
    assert.deepEqual(linesWith(path), []);
  });

  it("leaves no note of unfinished work", () => {
    const note = new RegExp(String.raw`\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX"].join("|")})\b`);
    assert.deepEqual(linesWith(note), []);
  });

  it("keeps every file short enough to be read: 250 lines, generated ones, tests and lists apart", () => {
    const long = files
      .filter((file) => /\.(ts|sh|py|cjs)$/.test(file) && !/^(test|toolchain\/pulumi|bench)\//.test(file))
      .filter((file) => text(file).split("\n").length > 251)
      .filter((file) => basename(file) !== "schema.ts");
    assert.deepEqual(long, []);
  });

  /** `file:line` of what must not be there, in files that are text. */
  function linesWith(pattern: RegExp): string[] {
    return files.flatMap((file) => {
      const content = text(file);
      if (content.includes("\0")) return [];
      return content.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${file}:${String(index + 1)}`] : []));
    });
  }
});
