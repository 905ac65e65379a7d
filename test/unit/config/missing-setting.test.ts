import { describe } from "mocha";

import { type MistakeCase, testMistakes } from "./mistake-cases.ts";
import { dev, production } from "./stack.ts";

const cases: MistakeCase[] = [
  // Unknown settings
  [
    "an unknown section",
    "config.unknown-setting",
    { wroker: {} },
    "wroker",
    "there is no such setting",
    "Did you mean `worker`?",
  ],
  [
    "an unknown section that is like no other",
    "config.unknown-setting",
    { kubernetes: {} },
    "kubernetes",
    "there is no such setting",
    "Remove it, or use one of: tier, host, site, registry, application, worker, beat, frontend, postgres, redis, nginx, certbot, release, superuser, rotation, data, migrations, backup, policies, evidence, documentation, notifications.",
  ],
  [
    "an unknown setting",
    "config.unknown-setting",
    { "application.worker": 3 },
    "application.worker",
    "there is no such setting",
    "Did you mean `workers`?",
  ],
  [
    "an unknown setting in other letters",
    "config.unknown-setting",
    { "site.TLS": {} },
    "site.TLS",
    "there is no such setting",
    "Did you mean `tls`?",
  ],
  [
    "an unknown setting in a group",
    "config.unknown-setting",
    { "site.tls.mod": "acme" },
    "site.tls.mod",
    "there is no such setting",
    "Did you mean `mode`?",
  ],
  [
    "a setting of the other kind of host",
    "config.unknown-setting",
    { "host.address": "203.0.113.10" },
    "host.address",
    "there is no such setting",
    "Remove it, or use one of: type, socket.",
  ],
  // Missing
  [
    "no tier",
    "config.missing-setting",
    { tier: undefined },
    "tier",
    "is required and was not set",
    "Set it: `pulumi config set tier staging`.",
  ],
  [
    "no host",
    "config.missing-setting",
    { host: undefined },
    "host",
    "is required and was not set",
    "Set host.type to `local`, or to `ssh` with host.address and host.hostKey.",
  ],
  [
    "no kind of host",
    "config.missing-setting",
    { "host.type": undefined },
    "host.type",
    "is required and was not set",
    "Set host.type to `local`, or to `ssh` with host.address and host.hostKey.",
  ],
  [
    "no site",
    "config.missing-setting",
    { site: undefined },
    "site",
    "is required and was not set",
    "Add the section `socle:site` with at least `domains`, the list of the site's domain names.",
  ],
  [
    "no domains",
    "config.missing-setting",
    { "site.domains": undefined },
    "site.domains",
    "is required and was not set",
    "Write it as a list with at least one entry, such as [one, another].",
  ],
  [
    "no application",
    "config.missing-setting",
    { application: undefined },
    "application",
    "is required and was not set",
    "Add the section `socle:application` with at least `image`, the application's image by digest.",
  ],
  [
    "no image",
    "config.missing-setting",
    { "application.image": undefined },
    "application.image",
    "is required and was not set",
    "Name the image as registry/name@sha256:digest (`docker inspect --format '{{index .RepoDigests 0}}' IMAGE` prints it).",
  ],
];

const ssh: MistakeCase[] = [
  [
    "no host key",
    "config.missing-setting",
    { "host.hostKey": undefined },
    "host.hostKey",
    "is required and was not set",
    "Copy the first two words that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the server's own console.",
  ],
  [
    "a host key cut off",
    "config.wrong-value",
    { "host.hostKey": "ssh-ed25519 AAAAC3" },
    "host.hostKey",
    'found "ssh-ed25519 AAAAC3", expected a public host key, such as ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI…',
    "Copy the first two words that `cat /etc/ssh/ssh_host_ed25519_key.pub` prints on the server's own console.",
  ],
  [
    "a user in the address",
    "config.wrong-value",
    { "host.address": "deploy@203.0.113.10:22" },
    "host.address",
    'found "deploy@203.0.113.10:22", expected a name or an IP address, such as 203.0.113.10',
    "Write the server's name or IP address alone; user and port are settings of their own.",
  ],
  [
    "an unknown setting of an SSH host",
    "config.unknown-setting",
    { "host.keyFile": "x" },
    "host.keyFile",
    "there is no such setting",
    "Remove it, or use one of: type, address, port, user, hostKey, identityFile, prepare, minimum.",
  ],
];

describe("a setting that is unknown or missing", () => {
  testMistakes(dev, cases);
});

describe("a setting of an SSH host that is wrong", () => {
  testMistakes(production, ssh);
});
