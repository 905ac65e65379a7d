// Data goes one way: configuration → model → components → outputs. Who may import whom follows from that.
"use strict";

const ours = "^(components|config|connection|deployment|host|policies|operations|toolchain|test|bench)/|^index[.]ts$";

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "What imports itself by a detour cannot be read from one end.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "configuration-knows-nothing-else",
      comment: "The model is pure: it knows no resource, no host, no policy.",
      severity: "error",
      from: { path: "^config/" },
      to: { path: ours, pathNot: "^config/" },
    },
    {
      name: "only-the-running-stack-asks-pulumi",
      comment:
        "config/running-stack.ts asks Pulumi for the configuration; the rest of config/, and `socle`, run without its SDK.",
      severity: "error",
      from: { path: "^config/", pathNot: "^config/running-stack[.]ts$" },
      to: { path: "node_modules/@pulumi/" },
    },
    {
      name: "connection-knows-settings-only",
      severity: "error",
      from: { path: "^connection/" },
      to: { path: ours, pathNot: "^(config|connection)/" },
    },
    {
      name: "connection-takes-types-only",
      comment:
        "How a host is reached does not depend on how settings are read; what a problem is, is the same everywhere.",
      severity: "error",
      from: { path: "^connection/" },
      to: { path: "^config/", pathNot: "^config/problem[.]ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "deployment-knows-settings-and-connection",
      comment: "Lock and messages are about a deployment, whatever it consists of.",
      severity: "error",
      from: { path: "^deployment/" },
      to: { path: ours, pathNot: "^(deployment|config|connection)/" },
    },
    {
      name: "components-know-settings-and-connection",
      severity: "error",
      from: { path: "^components/" },
      to: { path: ours, pathNot: "^(components|config|connection)/" },
    },
    {
      name: "components-never-read-configuration",
      comment: "A component gets its slice of the model.",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^config/(load|running-stack)[.]ts$" },
    },
    {
      name: "policies-see-resources-only",
      comment: "Policies judge what is registered, whoever registered it.",
      severity: "error",
      from: { path: "^policies/" },
      to: { path: "^(components|connection|deployment|operations|toolchain|test)/|^index[.]ts$" },
    },
    {
      name: "one-wrapper-of-commands",
      comment: "components/remote-task.ts holds the traps of @pulumi/command; others take its types at most.",
      severity: "error",
      from: { pathNot: "^(components/remote-task[.]ts$|toolchain/pulumi/|bench/)" },
      to: { path: "node_modules/@pulumi/command", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "program-on-top",
      comment: "The program itself is run, not imported.",
      severity: "error",
      from: {},
      to: { path: "^index[.]ts$" },
    },
    {
      name: "toolchain-apart",
      comment: "It sets a machine up before there is anything else to import.",
      severity: "error",
      from: { path: "^toolchain/" },
      to: { path: ours, pathNot: "^toolchain/" },
    },
    {
      name: "toolchain-only-for-set-up",
      severity: "error",
      from: { path: "^(components|config|connection|deployment|policies)/|^index[.]ts$" },
      to: { path: "^toolchain/" },
    },
    {
      name: "tests-are-not-imported",
      comment: "Benchmarks share the lab with the tests; nothing else does.",
      severity: "error",
      from: { pathNot: "^(test|bench)/" },
      to: { path: "^test/" },
    },
    {
      name: "development-packages-in-development-only",
      severity: "error",
      from: { path: "^(components|config|connection|deployment|policies|operations)/|^index[.]ts$" },
      to: { dependencyTypes: ["npm-dev"] },
    },
    {
      name: "packages-are-declared",
      comment: "A package that only happens to be installed is gone with the next update of another.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown", "unknown"] },
    },
    {
      name: "imports-exist",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The pack has a package.json of its own, for the engine, and the packages of the project.
    combinedDependencies: true,
    // The default runtime resolves imports its own way; an adapter runs in the image of an application, with its packages.
    exclude: { path: "^(toolchain/pulumi/go|examples|[.]socle|bench/[^/]+/default-runtime|host/mikro-orm)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
    },
  },
};
