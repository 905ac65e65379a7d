import assert from "node:assert/strict";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, it } from "mocha";
import { clone, copyOfClone, pulumiHome, run, setUp, temporaryFolder } from "./machine.ts";

const steps = [
  "node packages",
  "pulumi",
  "docker engine",
  "images",
  "sample site",
  "python tools",
  "go tools",
  "s3 server",
  "test restic",
  "test tools",
];

describe("set-up of the machine", function () {
  this.timeout(300_000);
  const made: string[] = [];
  const copy = (packages = true): string => {
    const folder = copyOfClone({ packages });
    made.push(folder);
    return folder;
  };
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true });
  });

  it("reports every step as there, from any folder", () => {
    const { status, stdout } = setUp(clone, ["--check", "--test"]);
    assert.equal(status, 0, stdout);
    for (const step of steps) assert.match(stdout, new RegExp(`✓ ${step} `));
    assert.match(stdout, /ready in \d+\.\d s/);
  });

  it("makes nothing when there is nothing to do: it asks the engine and the mirror what they have", () => {
    const folder = temporaryFolder();
    made.push(folder);
    const log = join(folder, "log");
    for (const program of ["npm", "go", "apt-get", "apt-cache", "curl", "docker"]) {
      const found = run("sh", ["-c", `command -v ${program}`]).stdout.trim();
      const script = `#!/bin/sh\nprintf '%s\\n' "${program} $*" >>'${log}'\nexec '${found}' "$@"\n`;
      writeFileSync(join(folder, program), script, { mode: 0o755 });
    }
    const { status, stdout } = setUp(clone, ["--test"], { PATH: `${folder}:${process.env["PATH"] ?? ""}` });
    assert.equal(status, 0, stdout);
    for (const line of readFileSync(log, "utf8").trim().split("\n"))
      assert.match(line, /^docker (?:version|info|image inspect)|^curl .* http:\/\/[\d.]+:\d+\/v2\/$/);
  });

  it("writes no colours and no live lines where there is no terminal", () => {
    assert.doesNotMatch(setUp(clone, ["--check"]).stdout, /[\x1b\r]/);
  });

  it("refuses an argument that it does not know", () => {
    const { status, stderr } = setUp(clone, ["--chekc"]);
    assert.equal(status, 2);
    assert.match(stderr, /unknown argument '--chekc'/);
  });

  it("takes just the steps that a pipeline's job names, after Node's packages", () => {
    const { status, stdout } = setUp(clone, ["--check", "--only=python-tools,go-tools"]);
    assert.equal(status, 0, stdout);
    assert.deepEqual(
      [...stdout.matchAll(/^ {2}✓ (\w+ \w+)/gm)].map(([, step]) => step),
      ["node packages", "python tools", "go tools"],
    );
  });

  it("refuses a step that there is not, and lists those that there are", () => {
    const { status, stderr } = setUp(clone, ["--check", "--only=pulumi,go-tolls"]);
    assert.equal(status, 2);
    assert.match(stderr, /no step 'go-tolls'; there are: docker-engine go-tools images .*test-tools;/);
  });

  it("notices that the Go tools are of another version", () => {
    const folder = copy();
    appendFileSync(join(folder, "toolchain", "go-tools", "go.sum"), "\n");
    const { status, stdout } = setUp(folder, ["--check", "--only=go-tools"]);
    assert.equal(status, 1);
    assert.match(stdout, /• go tools +gitleaks is not built/);
  });

  it("--check says that packages are missing, and installs none", () => {
    const folder = copy(false);
    const { status, stdout } = setUp(folder, ["--check"]);
    assert.equal(status, 1);
    assert.match(stdout, /• node packages +not installed/);
    assert.match(stdout, /1 missing; toolchain\/setup\.sh makes it/);
    assert.ok(!existsSync(join(folder, "node_modules")));
  });

  it("notices a changed package-lock.json", () => {
    const folder = copy();
    const lock = join(folder, "package-lock.json");
    const text = readFileSync(lock, "utf8");
    const changed = JSON.parse(text) as { packages: Record<string, { version: string }> };
    changed.packages["node_modules/zod"]!.version = "1.0.0";
    writeFileSync(lock, JSON.stringify(changed));
    const { status, stdout } = setUp(folder, ["--check"]);
    assert.equal(status, 1);
    assert.match(stdout, /• node packages +not as locked: zod\n/);
  });

  it("notices that Pulumi is missing", () => {
    const home = temporaryFolder();
    made.push(home);
    const { status, stdout } = setUp(clone, ["--check"], { PULUMI_HOME: home, PATH: "/usr/local/bin:/usr/bin:/bin" });
    assert.equal(status, 1);
    assert.match(stdout, new RegExp(`• pulumi +no CLI [0-9.]+ in ${home} or on PATH`));
  });

  it("says what a plain pulumi needs where HOME is not the home of the passwd entry, and only there", () => {
    const home = temporaryFolder();
    made.push(home);
    const own = join(home, ".pulumi");
    mkdirSync(own);
    for (const part of ["versions", "bin", "plugins", ".toolchain"])
      symlinkSync(join(pulumiHome, part), join(own, part));
    const line = (env: NodeJS.ProcessEnv): string => {
      const { status, stdout, stderr } = setUp(clone, ["--check", "--only=pulumi"], env);
      assert.equal(status, 0, `${stdout}${stderr}`);
      return /✓ pulumi .*/.exec(stdout)?.[0] ?? "";
    };
    assert.match(
      line({ HOME: home, PULUMI_HOME: undefined }),
      new RegExp(`; a plain pulumi needs PULUMI_HOME=${own}$`),
    );
    assert.doesNotMatch(line({ HOME: home, PULUMI_HOME: own }), /plain pulumi/);
  });

  it("takes the home of the passwd entry where HOME is not set", () => {
    const { stdout, stderr } = setUp(clone, ["--check", "--only=pulumi"], { HOME: undefined, PULUMI_HOME: undefined });
    assert.equal(stderr, "");
    assert.match(stdout, /[✓•] pulumi /);
    assert.doesNotMatch(stdout, /plain pulumi/);
  });

  it("notices that the engine is gone", () => {
    const { status, stdout } = setUp(clone, ["--check"], { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    assert.equal(status, 1);
    assert.match(stdout, /• docker engine +no engine answers at unix:\/\/\/nowhere\/docker\.sock/);
  });

  it("does not install an engine where the user has named another one", () => {
    const { status, stderr } = setUp(clone, [], { DOCKER_HOST: "unix:///nowhere/docker.sock" });
    assert.equal(status, 1);
    assert.match(stderr, /no Docker engine answers at DOCKER_HOST=.*\n.*start that engine, or unset DOCKER_HOST/);
  });

  it("notices a missing image", () => {
    const folder = copy();
    appendFileSync(join(folder, "toolchain", "images", "catalogue"), "socle-nowhere:1 redis debian:bookworm-slim\n");
    const { status, stdout } = setUp(folder, ["--check"]);
    assert.equal(status, 1);
    assert.match(stdout, /• images +missing: socle-nowhere:1\n/);
  });

  it("notices a changed recipe, of stand-ins only", () => {
    const folder = copy();
    appendFileSync(join(folder, "toolchain", "images", "redis", "Dockerfile"), "# changed\n");
    const { stdout: label } = run("docker", [
      "image",
      "inspect",
      "redis:7",
      "--format",
      '{{index .Config.Labels "socle.recipe"}}',
    ]);
    const { status, stdout } = setUp(folder, ["--check"]);
    if (label.trim() === "") {
      assert.equal(status, 0, "the official image has no recipe here");
    } else {
      assert.equal(status, 1);
      assert.match(stdout, /• images +recipe changed: redis:7\n/);
    }
  });

  it("notices a changed sample site", () => {
    const folder = copy();
    appendFileSync(join(folder, "examples", "site", "manage.py"), "\n# changed\n");
    const { status, stdout } = setUp(folder, ["--check"]);
    assert.equal(status, 1);
    assert.match(stdout, /• sample site +examples\/site or its base changed/);
  });
});
