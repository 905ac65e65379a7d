/**
 * Loaded before the policy runner (PulumiPolicy.yaml, `nodeargs`), which loads the TypeScript compiler and ts-node
 * whatever the pack is written in: half a second for nothing, since Node runs the pack as it is.
 */
"use strict";
const Module = require("node:module");

const load = Module._load;
const standIns = [
  [/^typescript$|\/vendor\/typescript@[^/]*/, { version: "6.0.3" }],
  [/^ts-node$|\/vendor\/ts-node@[^/]*$/, { VERSION: "10.9.2", register: () => undefined }],
];

Module._load = function (request, ...others) {
  const [, standIn] = standIns.find(([name]) => name.test(request)) ?? [];
  return standIn ?? load.call(this, request, ...others);
};
