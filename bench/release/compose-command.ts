/** Docker Compose: the engine's plugin, or where it came without, the same built from its Go module. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { run } from "../../test/lab/command.ts";

const module = join(import.meta.dirname, "compose");

/** Words that a command of Compose begins with. @throws where there is none and none can be built */
export async function composeCommand(): Promise<[string, ...string[]]> {
  const { code } = await run("docker", ["compose", "version"], { check: false });
  if (code === 0) return ["docker", "compose"];
  const sums = ["go.mod", "go.sum"].map((file) => readFileSync(join(module, file), "utf8")).join("");
  const key = createHash("sha256").update(sums).digest("hex").slice(0, 16);
  const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "socle", "compose", key);
  // Go names a tool by the last word of its package.
  const binary = join(folder, "cmd");
  if (!existsSync(binary)) {
    console.error("Docker Compose is built from its Go module, once; that takes minutes.");
    const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w"];
    await run("go", ["-C", module, "install", ...flags, "tool"], {
      environment: { GOBIN: folder, GOFLAGS: "-mod=readonly" },
      timeoutSeconds: 1800,
    }).catch((error: unknown) => {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(
        `This engine has no \`docker compose\`, and it could not be built: ${reason}\n    → Install the plugin docker-compose-plugin, or Go 1.25 or newer.`,
      );
    });
  }
  return [binary];
}
