/**
 * Loaded by Node before the program (Pulumi.yaml, `nodeargs`): runs it with the project's own Node where the `node` in
 * PATH is too old to run TypeScript, and spares it what a preview would only wait for.
 */
"use strict";
const { spawnSync } = require("node:child_process");
const { existsSync } = require("node:fs");
const { createRequire, enableCompileCache } = require("node:module");
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

const sdk = createRequire(require.resolve("@pulumi/pulumi"));
/** Puts something in the place of a module that the SDK would load. */
function replace(name, exports) {
  const file = sdk.resolve(name);
  require.cache[file] = Object.assign(new module.constructor(file), { loaded: true, exports });
}
// The SDK takes a stack trace for every promise: short ones are enough. And it registers source-map-support, which looks
// each of their lines up in a source map: a third of a preview. Node strips types in place, so that every position is
// right as it stands.
Error.stackTraceLimit = 5;
replace("source-map-support/register", {});
// It serialises functions with this, of which the program has none: loaded where somebody asks for it.
replace(
  "@npmcli/arborist",
  new Proxy(
    {},
    {
      get(_, name) {
        // Asked at once by what wraps imports.
        if (name === "__esModule") return true;
        delete require.cache[sdk.resolve("@npmcli/arborist")];
        return sdk("@npmcli/arborist")[name];
      },
    },
  ),
);
