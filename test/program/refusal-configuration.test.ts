// A configuration with many mistakes: all are said at once, before anything is registered or any machine is asked.
import assert from "node:assert/strict";

import { describe, it } from "mocha";

import { nothingRegistered, refusal, says } from "./refusal.ts";
import { sampleSite, type Sections, type TestStack } from "../lab/stack.ts";

const clear = "not-for-the-eyes-of-others";
const token = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";

const mistaken: Sections = {
  tier: "production",
  // Nothing answers there: who asked the machine first would report that.
  host: { type: "ssh", address: "192.0.2.1", hostKey: "ssh-ed25519 AAAA", adress: "192.0.2.1" },
  site: { domains: ["https://www.example.org"], tls: { mode: "off" }, allowedHosts: ["*"] },
  ...sampleSite("site:latest"),
  application: { image: "site:latest", debug: true, workers: "four", environment: { API_TOKEN: token } },
  workers: { enabled: true },
  celery: {},
};

const mistakes = [
  [
    "host.hostKey",
    'found "ssh-ed25519 AAAA", expected a public host key',
    "Copy the first two words that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints",
  ],
  ["host.adress", "there is no such setting", "Did you mean `address`?"],
  [
    "site.domains.0",
    'found "https://www.example.org", expected a domain name',
    "Write the bare domain name in lower case",
  ],
  ["application.workers", 'found "four", expected ', "Set it to "],
  ["workers", "there is no such setting", "Did you mean `worker`?"],
  ["celery", "there is no such setting", "Remove it, or use one of: tier, host, site, registry, application, worker, "],
  [
    "secrets:MAIL_TOKEN",
    "a secret in clear in the stack file",
    "Run `pulumi config set --secret secrets:MAIL_TOKEN`; if it was ever committed, replace the secret.",
  ],
] as const;

const contradicting: Sections = {
  tier: "production",
  host: { type: "ssh", address: "192.0.2.1", hostKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}` },
  site: { domains: ["www.example.org"], tls: { mode: "off" }, allowedHosts: ["*", "www.example.org"] },
  ...sampleSite("site:latest"),
  application: { image: "site:latest", debug: true, environment: { API_TOKEN: token, DB_PASSWORD: clear } },
};

const contradictions = [
  ["site.tls.mode", "found off for www.example.org: a domain without TLS", "Set it to acme."],
  ["site.allowedHosts.0", 'found "*": a wildcard lets forged Host headers through', "List the names one by one"],
  ["application.debug", "found true in production", "Set it to false or remove it."],
  ["application.image", 'found "site:latest", a tag', "Name the image by digest"],
  [
    "application.environment.API_TOKEN",
    "looks like a secret in clear",
    "Remove it here and run `pulumi config set --secret secrets:API_TOKEN`",
  ],
  ["application.environment.DB_PASSWORD", "is set by Socle itself", "Remove it; it comes from "],
] as const;

describe("A mistaken configuration", function () {
  this.timeout(300_000);
  const commands = {
    preview: (stack: TestStack) => stack.preview([], { check: false }),
    up: (stack: TestStack) => stack.up({ check: false }),
  };

  for (const [command, run] of Object.entries(commands)) {
    const refused = async (
      settings: Sections,
      expected: readonly (readonly [string, string, string])[],
      secret?: string,
    ) => {
      let stack = "";
      const refusing = await refusal(settings, async (named) => {
        stack = named.name;
        if (secret !== undefined) await named.pulumi(["config", "set", "--plaintext", "secrets:MAIL_TOKEN", secret]);
        return run(named);
      });
      for (const [path, found, mend] of expected) {
        says(refusing, `  ${path}: ${found}`);
        const after = refusing.said.slice(refusing.said.indexOf(`  ${path}: ${found}`));
        assert.ok(after.split("\n")[1]?.includes(`→ ${mend}`), `"${mend}" does not follow ${path}:\n${refusing.said}`);
      }
      const counted = /The configuration of stack (\S+) has (\d+) mistakes; nothing was changed\./.exec(refusing.said);
      assert.equal(counted?.[1], stack);
      // Every one that is listed is expected, or the list above is not complete.
      const listed = new Set(refusing.said.match(/^ {6}\S+: .*\n {8}→ /gm));
      assert.equal(Number(counted[2]), expected.length, refusing.said);
      assert.equal(listed.size, expected.length, refusing.said);
      for (const value of [clear, token]) assert.ok(!refusing.said.includes(value), "a secret is shown");
      assert.doesNotMatch(refusing.said, /socle:index:|docker:index:|command:local:|random:index:/);
      assert.ok(refusing.seconds < 30, `refused after ${String(refusing.seconds)} s only`);
      nothingRegistered(refusing);
    };

    it(`is refused at ${command}: unknown settings, wrong values, a secret in clear`, () =>
      refused(mistaken, mistakes, clear));
    it(`is refused at ${command}: settings that contradict the tier`, () => refused(contradicting, contradictions));
  }
});
