// What the CLI says of a running stack, and what nobody may see of it.
import assert from "node:assert/strict";
import { describe, it } from "mocha";

import { scan } from "../../lab/scan.ts";
import { inspect } from "../../lab/engine.ts";
import type { LocalSite } from "../../lab/running-site.ts";
import { ownSecrets } from "../settings.ts";

export function stack(site: () => LocalSite): void {
  describe("a local stack", function () {
    this.timeout(300_000);

    it("has the outputs that its users need", async () => {
      const { url, services, adminUser } = site().output;
      assert.equal(url, `${site().visitor().origin}/`);
      assert.equal(adminUser, "admin");
      assert.deepEqual(Object.keys(services).sort(), [
        "backend",
        "backup",
        "beat",
        "nginx",
        "postgres",
        "redis",
        "worker",
      ]);
      for (const [service, { container, digest }] of Object.entries(services)) {
        assert.match(digest, /^sha256:[0-9a-f]{64}$/, service);
        assert.equal((await inspect(container)).Config.Labels["socle.service"], service);
      }
    });

    it("has nothing to change at a second preview", async () => {
      await site().stack.preview(["--expect-no-changes"]);
    });

    it("has nothing to change after a look at what really runs", async () => {
      await site().stack.preview(["--refresh", "--expect-no-changes"]);
    });

    it("shows no secret: not in containers, images, logs, processes, state, nor in what the CLI printed", async () => {
      const { stack, seen } = site();
      const secrets = await stack.secrets();
      for (const name of [
        ...Object.keys(ownSecrets),
        "secrets-secret-key-1",
        "secrets-admin-password",
        "certificate-self-signed-key",
      ])
        assert.ok(name in secrets, `${name} is searched for`);
      assert.ok(seen.processes.size > 50 && seen.containers.length > 10, "what the first `up` showed was seen");
      assert.ok(stack.printed.join("").includes("backend"), "what the CLI printed was kept");
      const found = await scan({
        secrets,
        paths: [stack.folder, stack.file],
        texts: {
          "printed by the CLI": stack.printed.join("\n"),
          "processes during the first up": [...seen.processes].join("\n"),
          "containers during the first up": seen.containers.join("\n"),
        },
      });
      assert.deepEqual(found.findings, []);
      assert.ok(
        found.containers >= 6 && found.images >= 4 && found.processes > 20 && found.files > 1,
        JSON.stringify(found),
      );
    });
  });
}
