/** Rules of the registry that asks for a login. */
import { type Rule, when } from "./rule.ts";
import { registryOf } from "./image-reference.ts";
import type { Settings } from "./schema.ts";

export const registryRules: readonly Rule[] = [
  {
    code: "config.registry-login",
    holds: "`registry` and `credentials:registryPassword` are given both or neither.",
    broken: ({ registry }, _secrets, credentials) => {
      const given = credentials.includes("registryPassword");
      if (registry && !given)
        return [
          {
            path: "credentials:registryPassword",
            found: `is not set, and ${registry.server} asks for it`,
            mend: "Run `pulumi config set --secret credentials:registryPassword`, or remove the section `registry`.",
          },
        ];
      return when(!registry && given, {
        path: "registry",
        found: "is not set: it is not known where credentials:registryPassword belongs",
        mend: "Add the section with server and username, or run `pulumi config rm credentials:registryPassword`.",
      });
    },
  },
  {
    code: "config.unused-registry",
    holds: "`registry.server` is where an image of the stack comes from.",
    broken: (settings) => {
      const { registry } = settings;
      const found = [...new Set(imagesOf(settings).map(registryOf))];
      return when(registry && found.length > 0 && !found.includes(registry.server), {
        path: "registry.server",
        found: `found "${registry?.server ?? ""}", from where no image of the stack comes: they come from ${found.join(", ")}`,
        mend: "Name the registry as the image references begin with it, or remove the section.",
      });
    },
  },
];

const imagesOf = ({ application, frontend, postgres, redis, nginx, certbot }: Partial<Settings>): string[] =>
  application
    ? [application, frontend, postgres, redis, nginx, certbot].flatMap((section) => section?.image ?? [])
    : [];
