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
/** Has a module of the SDK loaded where somebody asks for what is in it, and not before. */
function postpone(name, adapt = (exports) => exports) {
  let loaded;
  const get = (_, key) => {
    // Asked at once by what wraps imports.
    if (key === "__esModule") return true;
    if (loaded === undefined) {
      delete require.cache[sdk.resolve(name)];
      loaded = adapt(sdk(name));
    }
    return loaded[key];
  };
  replace(name, new Proxy({}, { get }));
}
// The SDK registers source-map-support, which looks each line of a stack trace up in a source map: a third of a preview.
// Node strips types in place, so that every position is right as it stands.
replace("source-map-support/register", {});
// It serialises functions with these, of which the program has none.
postpone("@npmcli/arborist");
postpone("./typescript-shim");
postpone("normalize-package-data");
// It takes a stack trace for every promise, which only who looks for a leak of promises wants to see.
postpone("./runtime/debuggable", (debuggable) => {
  if (debuggable.debugPromiseLeaks) return debuggable;
  const debuggablePromise = (promise, context) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    try {
      return debuggable.debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = limit;
    }
  };
  return { ...debuggable, debuggablePromise };
});
