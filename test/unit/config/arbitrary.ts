// Any valid stack, for properties: what a user may write, not only what is usual.
import fc from "fast-check";

import { managedVariables } from "../../../config/contradiction.ts";
import { namesSecret } from "../../../config/clear-secret.ts";
import { digest, type Sections } from "./stack.ts";

/** The same cases in every run; a failure prints the seed and path of its own. */
export const fixed = (numRuns: number): { seed: number; numRuns: number } => ({ seed: 20_260_401, numRuns });

const form = (pattern: RegExp): fc.Arbitrary<string> => fc.stringMatching(pattern);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

const label = form(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/);
const publicDomain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom("org", "fr", "co.uk"))
  .map(([labels, top]) => `${labels.join(".")}.${top}`)
  .filter((name) => name.length <= 253);
const path = form(/^(\/[A-Za-z0-9._~-]{1,12}){1,3}\/$/).filter(
  (name) => !["/static/", "/media/", "/ws/"].includes(name),
);
const folder = form(/^(\/[a-z0-9_-]{1,12}){1,3}$/);
const command = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 4 });
const image = form(/^[a-z0-9]{1,12}(\.[a-z0-9]{1,8})?(\/[a-z0-9]{1,12}){0,2}$/).map((name) => `${name}@${digest}`);

export const variableName = form(/^[A-Z_][A-Z0-9_]{0,20}$/).filter((name) => !Object.hasOwn(managedVariables, name));
const plainVariable = variableName.filter((name) => !namesSecret(name));
const plainValue = fc.oneof(form(/^[A-Za-z0-9 ,.@/%-]{0,30}$/), fc.integer(), fc.boolean());

const policy = form(/^default-src 'self'; img-src [a-z*.: ]{0,20}; frame-ancestors 'none'$/);

const application = fc
  .record(
    {
      image,
      preset: fc.constantFrom("django", "custom"),
      server: fc.constantFrom("gunicorn", "uvicorn", "daphne"),
      workers: fc.integer({ min: 1, max: 128 }),
      port: fc.integer({ min: 1, max: 65_535 }),
      timeout: fc.integer({ min: 1, max: 3000 }),
      healthPath: path,
      memory: fc.integer({ min: 64, max: 100_000 }),
      cpus: fc.double({ min: 0.05, max: 128, noNaN: true }),
      user: form(/^[1-9][0-9]{0,4}:[1-9][0-9]{0,4}$/),
      environment: fc.dictionary(plainVariable, plainValue, { maxKeys: 6 }),
      commands: fc.record({ serve: command, health: command, superuser: command, migrate: command, plan: command }),
      folders: fc
        .uniqueArray(folder, { minLength: 2, maxLength: 2 })
        .filter(([one = "", other = ""]) => !`${one}/`.startsWith(`${other}/`) && !`${other}/`.startsWith(`${one}/`)),
    },
    { requiredKeys: ["image", "preset", "timeout", "commands", "folders"] },
  )
  .chain(({ folders: [staticPath, mediaPath], ...settings }) =>
    fc
      .integer({ min: settings.timeout + 5, max: 3600 })
      .map((stopGrace) => ({ ...settings, stopGrace, staticPath, mediaPath })),
  );

const runner = fc.record(
  {
    enabled: fc.boolean(),
    memory: fc.integer({ min: 64, max: 10_000 }),
    command,
    health: command,
  },
  { requiredKeys: ["command", "health"] },
);

const postgres = fc
  .record(
    {
      memory: fc.integer({ min: 128, max: 1_000_000 }),
      connections: fc.double({ min: 0, max: 1, noNaN: true }),
      database: form(/^[a-oq-z_][a-z0-9_]{0,55}$/),
      user: form(/^[a-oq-z_][a-z0-9_]{0,55}$/).filter((name) => name !== "none"),
      version: fc.constantFrom(15, 16),
    },
    { requiredKeys: ["memory", "connections"] },
  )
  .map(({ memory, connections, ...settings }) => {
    const most = Math.min(2000, Math.ceil(memory * 0.75) - 1);
    return { ...settings, memory, maxConnections: 10 + Math.floor(connections * (most - 10)) };
  });

const site = (tier: string): fc.Arbitrary<Sections> =>
  fc
    .record({
      domains: fc.uniqueArray(publicDomain, { minLength: 1, maxLength: 4 }),
      further: fc.record(
        {
          contentSecurityPolicy: policy,
          maxBodySize: fc.integer({ min: 1, max: 10_240 }),
          apiPath: fc.uniqueArray(path, { maxLength: 4 }),
          rateLimit: fc.record(
            {
              enabled: fc.boolean(),
              perMinute: fc.integer({ min: 1, max: 6000 }),
              burst: fc.integer({ min: 1, max: 1000 }),
              paths: fc.uniqueArray(path, { maxLength: 4 }),
            },
            { requiredKeys: [] },
          ),
          ...(tier === "dev"
            ? {
                ports: fc
                  .uniqueArray(fc.integer({ min: 1, max: 65_535 }), { minLength: 2, maxLength: 2 })
                  .map(([http, https]) => ({ http, https })),
              }
            : {}),
        },
        { requiredKeys: [] },
      ),
      others: fc.uniqueArray(publicDomain, { maxLength: 2 }),
      stated: fc.boolean(),
    })
    .map(({ domains, further, others, stated }) => ({
      domains,
      tls: { mode: "acme" },
      ...further,
      ...(stated
        ? { allowedHosts: [...domains, ...others], csrfOrigins: domains.map((name) => `https://${name}`) }
        : {}),
    }));

const host = fc.oneof(
  fc.constant({ type: "local" }),
  fc.constant({
    type: "ssh",
    address: "203.0.113.10",
    hostKey: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"B".repeat(43)}`,
  }),
);

/** Sections of a valid stack. */
export const stack: fc.Arbitrary<Sections> = fc.oneof(
  // Made here once: what a pattern generates is costly to work out.
  ...["dev", "staging", "production"].map((tier) =>
    fc
      .record({
        tier: fc.constant(tier),
        host,
        site: site(tier),
        application,
        worker: runner,
        beat: runner,
        postgres: optional(postgres),
        frontend: optional(fc.record({ image, path: folder }, { requiredKeys: [] })),
        superuser: optional(fc.record({ username: form(/^[\w.@+-]{1,30}$/) }, { requiredKeys: [] })),
        nginx: optional(fc.record({ drain: fc.integer({ min: 1, max: 3600 }) })),
      })
      .map((sections): Sections =>
        Object.fromEntries(Object.entries(sections).filter(([, value]) => value !== undefined)),
      ),
  ),
);
