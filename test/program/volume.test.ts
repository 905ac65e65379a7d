// A volume with data under the real engine and the real provider: what an `up` and a destroy do to it.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, it } from "mocha";

import { Cli } from "../../toolchain/cli.ts";
import { docker, lines, run } from "../lab/command.ts";
import { sweep } from "../lab/engine.ts";
import { freePorts } from "../lab/stack.ts";
import type { Shape } from "./volume-program.ts";

const project = join(import.meta.dirname, "..", "..");
const manifest = `name: socle
runtime:
  name: nodejs
  options:
    typescript: false
    nodeargs: --require ./toolchain/node.cjs
main: index.ts
`;

describe("a volume with data", function () {
  this.timeout(300_000);
  let folder: string;
  let stack: string;
  let shape: Shape;
  const name = (): string => `socle-${stack}-media`;

  beforeEach(async () => {
    stack = `volume-${randomBytes(3).toString("hex")}`;
    folder = await mkdtemp(join(tmpdir(), "socle-volume-"));
    shape = { ports: await freePorts(), keepOnDestroy: false, media: true, earlier: false };
    await writeFile(join(folder, "Pulumi.yaml"), manifest);
    for (const part of ["host", "toolchain", "node_modules", "package.json"])
      await symlink(join(project, part), join(folder, part));
    await symlink(join(import.meta.dirname, "volume-program.ts"), join(folder, "index.ts"));
    await pulumi("stack", "init", stack);
  });
  afterEach(async () => {
    await sweep(`socle-${stack}`);
    await rm(folder, { recursive: true });
  });

  async function pulumi(...args: string[]): Promise<string> {
    const cli = new Cli(process.env);
    const { stdout, stderr } = await run(cli.path, [...args, "--non-interactive", "--color", "never"], {
      directory: folder,
      environment: {
        ...cli.variables(process.env),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: stack,
        SOCLE_STATE: join(folder, "host-state"),
        VOLUME_PROGRAM: JSON.stringify(shape),
      },
    });
    return `${stdout}${stderr}`;
  }
  const up = (changes: Partial<Shape> = {}, ...args: string[]): Promise<string> => {
    shape = { ...shape, ...changes };
    return pulumi("up", "--yes", "--skip-preview", ...args);
  };
  const destroy = (): Promise<string> => pulumi("destroy", "--yes", "--skip-preview");
  const within = (command: string): Promise<string> =>
    docker([
      "run",
      "--rm",
      "--network=none",
      `--volume=${name()}:/media`,
      "--entrypoint=sh",
      "nginx:1.26",
      "-c",
      command,
    ]);
  const write = (): Promise<string> => within("echo kept >/media/file");
  const read = (): Promise<string> => within("cat /media/file");
  const isThere = async (): Promise<boolean> => lines(await docker(["volume", "ls", "--quiet"])).includes(name());

  it("that was copied back without its label is kept as it is, also where an earlier version made the stack", async () => {
    await up({ earlier: true });
    await docker(["volume", "rm", name()]);
    await docker(["volume", "create", name()]);
    await write();
    await up({ earlier: false }, "--refresh");
    assert.equal(await read(), "kept");
    await pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("stays when the program has no use for it any more, and serves again when it has", async () => {
    // The engine goes by what the state says of a resource that leaves the program.
    await up({ earlier: true });
    await up({ earlier: false });
    await write();
    await up({ media: false });
    assert.equal(await read(), "kept");
    await up({ media: true });
    assert.equal(await read(), "kept");
    await up({ media: false });
    await destroy();
    assert.ok(!(await isThere()), "a destroy removes it, though no resource stood for it");
  });

  it("is removed by a destroy alone, as the settings say by then", async () => {
    await up({ keepOnDestroy: true });
    await write();
    const said = await destroy();
    assert.match(said, new RegExp(`stays on its host, in these volumes:\\s+${name()}`));
    assert.equal(await read(), "kept");
    await up({ keepOnDestroy: true });
    await up({ keepOnDestroy: false });
    assert.equal(await read(), "kept");
    await destroy();
    assert.ok(!(await isThere()));
  });
});
