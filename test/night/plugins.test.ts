import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, it } from "mocha";
import { clone, node, pulumiHome, run } from "../script/toolchain/machine.ts";

const built = existsSync(join(pulumiHome, ".toolchain"));
// Those of toolchain/pulumi/build.sh: with others, Go would compile the providers' thousand packages anew.
const buildFlags = ["-trimpath", "-buildvcs=false", "-tags", "no_compose"];
const printCli = `import { Cli } from "${pathToFileURL(join(clone, "toolchain", "cli.ts")).href}"; console.log(new Cli(process.env).path)`;
const providers = ["command", "docker", "random", "tls"];

describe(`plugins of Pulumi (${built ? "built here" : "official"})`, function () {
  this.timeout(600_000);

  it("are there in the versions of the npm packages", () => {
    const { dependencies } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const { status, stdout, stderr } = run(node, [join(clone, "toolchain", "pulumi.ts"), "plugin", "ls", "--json"]);
    assert.equal(status, 0, stderr);
    const plugins = JSON.parse(stdout) as { name: string; version: string }[];
    for (const name of providers)
      assert.ok(
        plugins.some((plugin) => plugin.name === name && plugin.version === dependencies[`@pulumi/${name}`]),
        `${name} is missing in ${stdout}`,
      );
  });

  if (built) {
    const sources = join(clone, "toolchain", "pulumi", "go");

    it("have sources that go vet accepts", () => {
      // Puts the schemas of the installation into a clone that has none yet.
      const schemas = run(join(clone, "toolchain", "pulumi", "build.sh"), []);
      assert.equal(schemas.status, 0, schemas.stderr);
      const { status, stderr } = run("go", ["vet", ...buildFlags, "./..."], {}, sources);
      assert.equal(status, 0, stderr);
    });

    it("do what they promise, against a real SSH server and the real engine", () => {
      const env = { E2E: "1", PULUMI_HOME: pulumiHome, E2E_NODE_MODULES: join(clone, "node_modules") };
      const { status, stdout, stderr } = run(
        "go",
        ["test", ...buildFlags, "-v", "-count=1", "./command"],
        env,
        sources,
      );
      assert.equal(status, 0, `${stdout}\n${stderr}`);
      assert.match(stdout, /--- PASS: TestEngine/);
      assert.doesNotMatch(stdout, /--- SKIP/);
    });
  } else {
    it("come with the vendor's CLI, which brings hosts for other languages along", () => {
      const { status, stdout, stderr } = run(node, ["--input-type=module", "--eval", printCli]);
      assert.equal(status, 0, stderr);
      assert.ok(
        existsSync(join(dirname(stdout.trim()), "pulumi-language-python")),
        `${stdout.trim()} is not the vendor's`,
      );
    });
  }
});
