// What a preparation changes of an engine, by what the engine is and who uses it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { describe, it } from "mocha";

import { scripts } from "./machine.ts";

const bare = {
  engine: "docker",
  file: "/etc/docker/daemon.json",
  json: "object",
  keys: "",
  flags: "pidfile",
  driver: "json-file",
  live: "false",
  hardened: "",
  swarm: "inactive",
  others: "0",
};
type Facts = Partial<typeof bare>;

function plan(facts: Facts): Record<string, string> {
  const input = Object.entries({ ...bare, ...facts })
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
  const words = ["-euc", '. "$1"; engine_plan', "sh", join(scripts, "engine", "plan.sh")];
  const { stdout, stderr, status } = spawnSync("sh", words, { input, encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
  const entries = stdout.split("\n").flatMap((line) => {
    const [, name, value] = /^([a-z]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

const all = "live-restore log-rotation no-new-privileges";

describe("the settings of an engine", () => {
  const rows: [string, Facts, { add?: string; how?: string; left?: string }][] = [
    ["an engine alone gets all, by a restart", {}, { add: all, how: "restart" }],
    ["without a file too", { json: "missing" }, { add: all, how: "restart" }],
    ["with an empty one too", { json: "empty" }, { add: all, how: "restart" }],
    [
      "one that only lacks live-restore gets it by a reload",
      { keys: "log-opts log-opts.max-size log-opts.max-file no-new-privileges" },
      { add: "live-restore", how: "reload" },
    ],
    // By a reload, of a file that was changed again: a restart would stop containers.
    [
      "live-restore in force is in the file too",
      { live: "true", hardened: "true", driver: "local" },
      { add: "live-restore", how: "reload" },
    ],
    [
      "where the file cannot be read yet, it is taken to be",
      { live: "true", hardened: "true", driver: "local", json: "unread" },
      {},
    ],
    [
      "live-restore: false is changed on an engine alone",
      { keys: "live-restore no-new-privileges", driver: "local" },
      { add: "live-restore", how: "reload" },
    ],
    [
      "one that has all is left alone",
      { live: "true", keys: "live-restore=true", hardened: "true", driver: "local" },
      {},
    ],
    ["journald knows no max-size", { driver: "journald" }, { add: "live-restore no-new-privileges", how: "restart" }],
    ["syslog neither", { driver: "syslog" }, { add: "live-restore no-new-privileges", how: "restart" }],
    [
      "half a rotation is completed",
      { live: "true", hardened: "true", keys: "live-restore=true log-opts.max-size" },
      { add: "log-rotation", how: "restart" },
    ],
    [
      "the unit's log driver stays the unit's",
      { flags: "log-driver" },
      { add: "live-restore no-new-privileges", how: "restart" },
    ],
    ["its log options too", { flags: "host log-opt" }, { add: "live-restore no-new-privileges", how: "restart" }],
    ["its live-restore too", { flags: "live-restore" }, { add: "log-rotation no-new-privileges", how: "restart" }],
    ["its no-new-privileges too", { flags: "no-new-privileges live-restore log-opt" }, {}],
    [
      "no-new-privileges: false is a choice",
      { live: "true", driver: "local", keys: "live-restore=true no-new-privileges" },
      {},
    ],
    [
      "an engine that serves others gets live-restore by a reload, and nothing else",
      { others: "3" },
      { add: "live-restore", how: "reload", left: "log rotation, no-new-privileges" },
    ],
    [
      "with another driver too",
      { others: "1", driver: "journald" },
      { add: "live-restore", how: "reload", left: "no-new-privileges" },
    ],
    [
      "no live-restore where the file sets it",
      { others: "1", keys: "live-restore", hardened: "true" },
      { left: "log rotation" },
    ],
    ["a swarm's engine gets nothing", { swarm: "active" }, { left: "log rotation, no-new-privileges" }],
    ["a locked one neither", { swarm: "locked", others: "2" }, { left: "log rotation, no-new-privileges" }],
    [
      "an engine that serves others and has all: nothing to say",
      { others: "2", live: "true", keys: "live-restore=true", driver: "local", hardened: "true" },
      {},
    ],
    ["no engine: nothing to say", { engine: "missing", json: "missing" }, {}],
    ["a stopped one is asked once it runs", { engine: "stopped" }, {}],
  ];
  for (const [name, facts, { add, how, left }] of rows)
    it(name, () => {
      const found = plan(facts);
      assert.deepEqual([found["add"], found["how"], found["refuse"]], [add, how, undefined]);
      assert.equal("say" in found, add !== undefined);
      assert.equal(/^Left unset for the engine: (.*?)\. /.exec(found["remark"] ?? "")?.[1], left);
    });

  it("says who keeps it from what, and how it is done by hand", () => {
    const { say, remark } = plan({ others: "3" });
    assert.equal(
      say,
      "/etc/docker/daemon.json gets live-restore, and the engine reads it again: containers that are not this stack's (3) run on, from now on through a restart of the engine too.",
    );
    assert.equal(
      remark,
      'Left unset for the engine: log rotation, no-new-privileges. That takes a restart, and containers that are not this stack\'s (3) are on it. The stack does not rely on it. By hand: "log-driver": "json-file", "log-opts": {"max-size": "10m", "max-file": "5"}, "no-new-privileges": true in /etc/docker/daemon.json, then `systemctl restart docker` when that suits all who use it.',
    );
    assert.match(plan({ swarm: "active" })["remark"] ?? "", /a restart, and it is a node of a swarm\./);
    assert.match(
      plan({})["say"] ?? "",
      /gets live-restore, log rotation, no-new-privileges, and the engine is restarted/,
    );
    assert.match(plan({ json: "unread" })["say"] ?? "", /no-new-privileges, where it does not set them, and/);
  });

  it("are not in daemon.json where the engine reads others", () => {
    for (const engine of ["snap", "rootless", "unknown"]) {
      const found = plan({ engine, json: "broken" });
      assert.deepEqual(Object.keys(found), ["remark"]);
      assert.match(found["remark"] ?? "", /reads its settings elsewhere than in \/etc\/docker\/daemon\.json/);
    }
  });

  for (const [name, facts, refuse, instead] of [
    [
      "a file that is not JSON",
      { json: "broken" },
      /^\/etc\/docker\/daemon\.json is not a JSON object$/,
      /^Correct it .*move it away/,
    ],
    ["one beside a stopped engine", { json: "broken", engine: "stopped" }, /is not a JSON object/, /^Correct it/],
    ["one beside none", { json: "broken", engine: "missing" }, /is not a JSON object/, /^Correct it/],
    ["Podman", { engine: "podman" }, /^`docker` is Podman there/, /^Install Docker /],
    [
      "a client without an engine",
      { engine: "client" },
      /^Docker's client is installed, its engine \(dockerd\) is not$/,
      /^Install the engine/,
    ],
  ] as const)
    it(`refuse ${name}`, () => {
      const found = plan(facts);
      assert.deepEqual(Object.keys(found), ["refuse", "instead"]);
      assert.match(found["refuse"] ?? "", refuse);
      assert.match(found["instead"] ?? "", instead);
    });
});
