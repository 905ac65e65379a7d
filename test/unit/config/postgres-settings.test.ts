import assert from "node:assert/strict";

import fc from "fast-check";
import { describe, it } from "mocha";

import { postgresSettings } from "../../../config/postgres-settings.ts";
import { fixed, stack } from "./arbitrary.ts";
import { read } from "./stack.ts";

const megabytes = (settings: Map<string, string>, name: string): number => {
  const value = settings.get(name) ?? "";
  assert.match(value, /^\d+MB$/, name);
  return Number.parseInt(value, 10);
};

describe("PostgreSQL's settings", () => {
  it("fit into its memory, with every connection sorting", () => {
    fc.assert(
      fc.property(stack, (sections) => {
        const { memory, maxConnections } = read(sections).settings.postgres;
        const settings = new Map(postgresSettings({ memory, maxConnections }));
        const buffers = megabytes(settings, "shared_buffers");
        assert.ok(
          buffers + maxConnections * megabytes(settings, "work_mem") < memory,
          `${String(memory)} MiB, ${String(maxConnections)} connections`,
        );
        assert.ok(buffers >= memory / 4 - 1 && buffers <= memory / 4);
        for (const name of ["effective_cache_size", "maintenance_work_mem"])
          assert.ok(megabytes(settings, name) < memory, name);
        assert.equal(settings.get("max_connections"), String(maxConnections));
        assert.equal(settings.get("password_encryption"), "scram-sha-256");
      }),
      fixed(300),
    );
  });

  it("name each setting once", () => {
    const names = postgresSettings({ memory: 1024, maxConnections: 100 }).map(([name]) => name);
    assert.equal(new Set(names).size, names.length);
  });

  it("give a small server small buffers", () => {
    const settings = new Map(postgresSettings({ memory: 1024, maxConnections: 100 }));
    assert.deepEqual(
      ["shared_buffers", "effective_cache_size", "work_mem", "maintenance_work_mem"].map((name) => settings.get(name)),
      ["256MB", "768MB", "3MB", "64MB"],
    );
  });
});
