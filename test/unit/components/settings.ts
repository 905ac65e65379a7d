// Arbitrary valid settings, for properties that hold for every stack.
import fc from "fast-check";

import type { Sections } from "./stack.ts";

const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
const image = digest.map((hash) => `registry.example.com/some/image@sha256:${hash}`);
const word = fc.stringMatching(/^[a-z][a-z0-9_]{0,15}$/);
const domain = fc.stringMatching(/^[a-z][a-z0-9]{0,8}\.example\.(com|org|net)$/);
const generation = fc.integer({ min: 1, max: 4 });
const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Public host keys of each type that OpenSSH servers show. */
const hostKeys = [
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOSZC26jR5Uum/0AR1orPcv5MZS9+ohsBLmJL2bdVnXI",
  "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBElUgDjFuXIhmDts/NHJIbc3G4VPrX3g2+exWzVYzeJsqP83vQGV7vy55wCZKx2cEy+MtNC2MX0e9BR8+MQX4AQ=",
  "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCk6dMoLKCYXzHTBn/IpD4AEpd7+J0UNUU1AT7Iflh5Ahot76ZWgvFb5IDHm9Et6OcrG26v74wEXpE9VpDMKW7/tEdMVgy8Ssfuh6ybh8z9K+G7CJLe9BfpPRrDsEzuhwYEYZwNcvEr5GmPBKwPAT4fmNTH6R/Pt0Ds6W2M2/C4juSeG42F/pY2JZHvq3n8O1TB4TyuaoWyOS1XTAuA3dWr/IiCBYCMgvLwbhh+snrYIn/eOEy9owb+d+gLT201l3bpF1L98ydORxqyWAuGbNzqbZh+1FAxoVNuhxf01kPkxCUFudzBUxt6/9OROQImIfguj+ZTG8vjAZ87cd0fbCID",
];
const host = fc.oneof(
  fc.constant({ type: "local" }),
  fc.record({
    type: fc.constant("ssh"),
    address: domain,
    port: fc.integer({ min: 1, max: 65_535 }),
    user: fc.constantFrom("root", "deploy"),
    hostKey: fc.constantFrom(...hostKeys),
    prepare: fc.boolean(),
  }),
);

/** Of the tier `staging`, which allows what production allows and local hosts without DEBUG. */
export const sections: fc.Arbitrary<Sections> = fc
  .record({
    tier: fc.constant("staging"),
    host,
    site: fc.record({
      domains: fc.uniqueArray(domain, { minLength: 1, maxLength: 3 }),
      tls: fc.constantFrom({ mode: "acme" }, { mode: "acme", email: "someone@example.com" }, { mode: "selfSigned" }),
    }),
    application: fc.record({
      image,
      server: fc.constantFrom("gunicorn", "uvicorn", "daphne"),
      user: fc.constantFrom("1000:1000", "33:33"),
      memory: fc.integer({ min: 64, max: 8192 }),
      environment: fc.dictionary(
        fc.stringMatching(/^OPTION_[A-Z]{1,6}$/),
        fc.oneof(fc.string(), fc.integer(), fc.boolean()),
        { maxKeys: 3 },
      ),
    }),
    worker: fc.record({ enabled: fc.boolean(), concurrency: fc.integer({ min: 1, max: 16 }) }),
    beat: fc.record({ enabled: fc.boolean() }),
    frontend: optional(fc.record({ image: optional(image), path: fc.constant("/srv/spa") })),
    postgres: fc.record({
      version: fc.constantFrom(15, 16),
      memory: fc.integer({ min: 512, max: 16_384 }),
      database: word,
      user: word.filter((name) => name !== "postgres"),
      pitr: optional(fc.record({ days: fc.integer({ min: 1, max: 30 }) })),
    }),
    redis: fc.record({ memory: fc.integer({ min: 32, max: 4096 }) }),
    superuser: optional(fc.record({ username: word })),
    rotation: fc.record({
      secretKey: generation,
      databasePassword: generation,
      redisPassword: generation,
      adminPassword: generation,
    }),
    data: fc.record({ keepOnDestroy: fc.boolean() }),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, section]) => section !== undefined)));

/** Secrets of the site's own, too long to be found anywhere by chance; quotes, dollars and line ends among them. */
export const ownSecrets: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.stringMatching(/^[A-Z]{3,8}_TOKEN$/),
  fc.string({ unit: "grapheme-ascii", minLength: 16, maxLength: 40 }).filter((value) => value.trim().length >= 16),
  { maxKeys: 3 },
);
