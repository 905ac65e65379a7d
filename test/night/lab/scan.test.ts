import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { docker } from "../../lab/command.ts";
import { until } from "../../lab/deadline.ts";
import { LABEL, type LabNetwork, createNetwork } from "../../lab/network.ts";
import { scan } from "../../lab/scan.ts";
import { SecretSearch } from "../../lab/secret-search.ts";

const which = (text: string, value: string): string[] =>
  new SecretSearch({ password: value }).matches(text).map(({ form }) => form);

describe("secret search", () => {
  const value = 'p&ss/w<rd+"q" 42é';

  it("finds a value in clear", () => {
    assert.deepEqual(which(`DATABASE=postgres:${value}@db`, value), ["clear"]);
  });

  it("finds a value in base64 wherever it stands in the encoded data", () => {
    for (const before of ["", "a", "ab", "abc"]) {
      const encoded = Buffer.from(`${before}${value}-after`).toString("base64");
      assert.deepEqual(
        which(`Authorization: Basic ${encoded}`, value),
        ["base64"],
        `after ${String(before.length)} bytes`,
      );
    }
    assert.deepEqual(which(Buffer.from(value).toString("base64url"), value), ["base64"]);
  });

  it("finds a value in base64 broken into lines", () => {
    const encoded = Buffer.from(`${"x".repeat(50)}${value}${"y".repeat(80)}`).toString("base64");
    assert.deepEqual(which(encoded.replaceAll(/.{76}/g, "$&\n"), value), ["base64"]);
  });

  it("takes no longer for a megabyte of base64 in one line than its length asks for", function () {
    // In the square of the length, this would take hours.
    this.timeout(5_000);
    assert.deepEqual(which("A".repeat(1_000_000), value), []);
  });

  it("finds a value in a URL", () => {
    assert.deepEqual(which(`postgres://u:${encodeURIComponent(value)}@db/app`, value), ["URL-encoded"]);
    assert.deepEqual(which(new URLSearchParams({ key: value }).toString(), value), ["URL-encoded"]);
  });

  it("finds a value in JSON, and in JSON inside JSON", () => {
    assert.deepEqual(which(JSON.stringify({ env: [value] }), value), ["escaped"]);
    assert.deepEqual(which(JSON.stringify(JSON.stringify({ env: [value] })), value), ["escaped"]);
    assert.deepEqual(which(String.raw`"p\u0026ss/w\u003crd+\"q\" 42é"`, value), ["escaped"]);
  });

  it("finds a line of a value of several lines", () => {
    const line = randomBytes(40).toString("base64");
    const pem = `-----BEGIN KEY-----\n${line}\n-----END KEY-----\n`;
    assert.deepEqual(which(`    ${line}`, pem), ["clear"]);
    assert.deepEqual(which("-----BEGIN KEY-----", pem), []);
  });

  it("finds any value in any text that holds it, and none in a text without it", () => {
    const secret = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => !/\s/.test(text) && !/[\\%]/.test(text));
    fc.assert(
      fc.property(secret, fc.string(), fc.string(), (hidden, left, right) => {
        assert.ok(which(`${left}${hidden}${right}`, hidden).includes("clear"));
        assert.ok(which(Buffer.from(`${left}${hidden}${right}`).toString("base64"), hidden).length > 0);
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        assert.deepEqual(which(text, "Zq7-never-in-there-9Xk"), []);
      }),
    );
  });

  it("refuses values that mean nothing", () => {
    assert.throws(() => new SecretSearch({}), /no secrets given/);
    assert.throws(() => new SecretSearch({ pin: "1234" }), /"pin" has 4 characters/);
  });
});

describe("secret scan", () => {
  let network: LabNetwork;
  let folder: string;
  before(async () => {
    network = await createNetwork();
    folder = await mkdtemp(join(tmpdir(), "socle-scan-"));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
    await network.remove();
  });

  it("finds what is planted in files, outputs and a container, and names the place and not the value", async () => {
    const secret = (): string => randomBytes(18).toString("base64url");
    // prettier-ignore
    const secrets = {
      file: secret(), compressed: secret(), output: secret(), environment: secret(),
      log: secret(), errors: secret(), argument: secret(), label: secret(), absent: secret(),
    };
    await mkdir(join(folder, "stacks"));
    await writeFile(join(folder, "stacks", "dev.json"), JSON.stringify({ password: secrets.file }));
    // Without its end, as one that is still being written.
    await writeFile(join(folder, "dev.json.gz"), gzipSync(`{"old":"${secrets.compressed}"}`).subarray(0, -8));
    const container = network.nextName("planted");
    const script = `echo "${secrets.log}"; echo "${secrets.errors}" >&2; sh -c 'sleep 60; true' ${secrets.argument}; true`;
    // prettier-ignore
    await docker([
      "run", "--detach", "--name", container, "--label", `${LABEL}=${network.run}`, "--network", "none",
      "--label", `token=${Buffer.from(`user:${secrets.label}`).toString("base64")}`,
      "--env", `PASSWORD=${secrets.environment}`, "debian:trixie-slim", "sh", "-c", script,
    ]);

    await until("the planted process", 20, async () => (await docker(["top", container])).includes("sleep 60; true"));

    const { findings, ...counts } = await scan({
      secrets,
      paths: [folder],
      texts: { "output of up": `connecting to redis://:${secrets.output}@redis` },
    });
    await docker(["kill", container]);

    const found = new Set(findings.map(({ where, which, form }) => `${which} (${form}): ${where}`));
    const here = `this machine: container ${container}`;
    for (const expected of [
      `file (clear): ${join(folder, "stacks", "dev.json")}`,
      `compressed (clear): ${join(folder, "dev.json.gz")}`,
      "output (clear): output of up",
      `environment (clear): ${here}: inspect`,
      `label (base64): ${here}: inspect`,
      `log (clear): ${here}: logs`,
      `errors (clear): ${here}: logs`,
      `argument (clear): ${here}: processes`,
    ]) {
      assert.ok(found.has(expected), `${expected} is missing in\n${[...found].join("\n")}`);
    }
    const argument = findings.filter(({ which }) => which === "argument").map(({ where }) => where);
    assert.ok(
      argument.some((where) => /^this machine: process \d+$/.test(where)),
      argument.join("\n"),
    );
    assert.ok(
      argument.some((where) => /^this machine: \/proc\/\d+\/cmdline$/.test(where)),
      argument.join("\n"),
    );
    assert.ok(!findings.some(({ which }) => which === "absent"));
    for (const value of Object.values(secrets)) assert.ok(!JSON.stringify(findings).includes(value));
    assert.equal(counts.files, 2);
    assert.ok(counts.containers >= 1 && counts.images >= 1 && counts.processes > 1, JSON.stringify(counts));
  });

  it("finds a build argument in the history of an image", async () => {
    const value = randomBytes(18).toString("base64url");
    const image = `socle-${network.run}-history`;
    const recipe = 'FROM debian:trixie-slim\nARG TOKEN\nRUN test -n "$TOKEN"\n';
    await docker(["build", "--quiet", "--build-arg", `TOKEN=${value}`, "--tag", image, "-"], { input: recipe });
    try {
      const { findings } = await scan({ secrets: { token: value }, images: [image] });
      assert.ok(
        findings.some(({ where }) => where === `this machine: image ${image}: history`),
        JSON.stringify(findings),
      );
    } finally {
      await docker(["rmi", image]);
    }
  });

  it("finds nothing where nothing is", async () => {
    await writeFile(join(folder, "clean.json"), JSON.stringify({ password: "[secret]" }));
    const { findings, processes, files } = await scan({
      secrets: { password: randomBytes(24).toString("hex") },
      paths: [folder],
    });
    assert.deepEqual(findings, []);
    assert.ok(processes > 1);
    assert.equal(files, 3);
  });

  it("fails where it cannot look", async () => {
    await assert.rejects(scan({ secrets: { password: "long enough" }, paths: [join(folder, "gone")] }), /ENOENT/);
    await assert.rejects(
      scan({ secrets: { password: "long enough" }, images: ["socle-no-such-image"] }),
      /socle-no-such-image/,
    );
  });
});
