/**
 * Loaded by Node before the program: keeps what Node compiled for the next run, and runs the program with the project's
 * own Node where the `node` in PATH is too old to run TypeScript.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { enableCompileCache } = require("node:module");
const { join } = require("node:path");

const project = join(__dirname, "..");
if (!process.features.typescript) {
  const own = join(project, "node_modules", ".bin", "node");
  if (!existsSync(own)) {
    console.error(`Node ${process.versions.node} cannot run TypeScript. Run \`npm ci\`: it brings Node 24.`);
    process.exit(1);
  }
  const run = spawnSync(own, [...process.execArgv, ...process.argv.slice(1)], { stdio: "inherit" });
  process.exit(run.status ?? 1);
}
enableCompileCache(process.env.NODE_COMPILE_CACHE || join(project, ".socle", "compile-cache"));
