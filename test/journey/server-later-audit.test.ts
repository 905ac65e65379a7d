// The audit of a server, from inside and from outside: what is open there is found, and gone when it is mended.
import assert from "node:assert/strict";

import { before, describe, it } from "mocha";

import { verdicts } from "./audit.ts";
import { useFirstServer } from "./first-server.ts";

type Verdicts = Awaited<ReturnType<typeof verdicts>>;

const logins = "/etc/ssh/sshd_config.d/00-audit.conf";

describe("Audit of a server", function () {
  this.timeout(420_000);
  this.slow(120_000);
  const first = useFirstServer();
  let planted: Verdicts;
  let mended: Verdicts;

  before("defects are planted, looked for, mended, and looked for again", async () => {
    const { server, output } = first();
    const exec = (command: string) => server.host.exec(command);
    const image = (await server.docker("inspect", "--format", "{{.Image}}", output.services["nginx"]!.container)).join(
      "",
    );
    try {
      await exec(`printf 'Match User deploy\\n  PasswordAuthentication yes\\n' >${logins}`);
      // As a published port does, it goes past a firewall that filters INPUT alone.
      await server.docker(
        "run",
        "--detach",
        "--name",
        "audit-open",
        "--publish",
        "9999:80",
        "--entrypoint",
        "nginx",
        image,
        "-g",
        "daemon off;",
      );
      planted = await verdicts(server.stack);
    } finally {
      await exec(`rm -f ${logins}; docker rm --force audit-open`);
    }
    await exec("iptables -A DOCKER-USER -i nowhere0 -j DROP");
    try {
      mended = await verdicts(server.stack);
    } finally {
      await exec("iptables -D DOCKER-USER -i nowhere0 -j DROP");
    }
  });

  it("finds passwords that a Match block lets in", () => {
    assert.equal(planted.of("HST-01").outcome, "violated");
    assert.match(
      planted.of("HST-01").message,
      /sshd, for the user who deploys: passwordauthentication is yes, not no\n/,
    );
    assert.equal(mended.of("HST-01").outcome, "met", mended.of("HST-01").message);
  });

  it("finds a port that answers from outside, and who is behind it", () => {
    const { address } = first().server.host;
    assert.equal(planted.of("HST-04").outcome, "violated", planted.of("HST-04").message);
    assert.match(planted.of("HST-04").message, new RegExp(` ${address}: port 9999 answers: docker-proxy\n`));
    assert.equal(mended.of("HST-04").outcome, "met", mended.of("HST-04").message);
    assert.match(mended.of("HST-04").message, new RegExp(`22, 80, 443 on ${address}, of 65535 TCP ports each$`));
  });

  it("finds that nothing filters published ports; and once something does, asks what brings it back", () => {
    assert.match(planted.of("HST-05").message, / {2}IPv4: nothing drops what reaches published ports/);
    assert.equal(mended.of("HST-05").outcome, "violated");
    assert.match(
      mended.of("HST-05").message,
      / {2}boot: the rules are in no file, so that they end with the next boot\n/,
    );
  });

  it("finds what is not prepared: registries without TLS, upgrades by hand, a clock that nobody keeps", () => {
    assert.equal(planted.of("HST-07").outcome, "violated");
    assert.match(planted.of("HST-07").message, / {2}insecure-registries: \S+ is asked without TLS/);
    assert.doesNotMatch(planted.of("HST-07").message, /live-restore: is off|no-new-privileges: is not/);
    assert.match(planted.of("HST-14").message, / {2}unattended-upgrades: is not installed\n/);
    assert.match(planted.of("HST-14").message, / {2}docker\.io: is upgraded together with the rest\n/);
    assert.equal(planted.of("HST-16").outcome, "undecided");
  });

  it("sees the site by its names, behind a private authority", () => {
    for (const id of ["LIV-01", "LIV-03", "LIV-05", "LIV-06", "LIV-07"])
      assert.equal(mended.of(id).outcome, "met", mended.of(id).message);
  });

  it("judges the state by the policies too", () => {
    const { level, resource, message } = mended.of("MON-01");
    assert.deepEqual([level, resource], ["advisory", "site"]);
    assert.match(message, /→ /);
  });

  it("warns in staging, and exits with 0", () => {
    assert.deepEqual(
      new Set(planted.all.filter(({ outcome }) => outcome === "violated").map(({ level }) => level)),
      new Set(["advisory"]),
    );
    assert.equal(planted.code, 0);
  });
});
