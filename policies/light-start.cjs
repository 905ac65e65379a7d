/**
 * Loaded before the policy runner (PulumiPolicy.yaml, `nodeargs`). Runner and SDK load the TypeScript compiler, ts-node
 * and npm's own resolver, whatever a pack is written in: half a second for nothing, since Node runs the pack as it is
 * and the pack serialises no functions.
 */
"use strict";
const Module = require("node:module");

const load = Module._load;
const standIns = [
  [/^typescript$|\/vendor\/typescript@[^/]*/, { version: "6.0.3" }],
  [/^ts-node$|\/vendor\/ts-node@[^/]*$/, { VERSION: "10.9.2", register: () => undefined }],
  [/^@npmcli\/arborist$/, {}],
];

Module._load = function (request, ...others) {
  const [, standIn] = standIns.find(([name]) => name.test(request)) ?? [];
  return standIn ?? load.call(this, request, ...others);
};
