/** Generated secrets, each rotatable alone by raising its generation. */
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import type { Model } from "../config/environment.ts";

/** Letters and digits only: safe in URLs, shells and files; 40 of them hold 238 bits. */
const passwordLength = 40;
/** Django wants 50 characters or more (security.W009). */
const secretKeyLength = 64;

export class Secrets extends pulumi.ComponentResource {
  readonly secretKey: pulumi.Output<string>;
  /** The key of the generation before, for SECRET_KEY_FALLBACKS. */
  readonly formerSecretKey: pulumi.Output<string> | undefined;
  readonly databasePassword: pulumi.Output<string>;
  /** Of PostgreSQL's own superuser: what restores, imports and upgrades log in with. */
  readonly postgresPassword: pulumi.Output<string>;
  readonly redisPassword: pulumi.Output<string>;
  readonly adminPassword: pulumi.Output<string>;
  /** Of the login that backups read the database with. */
  readonly backupPassword: pulumi.Output<string>;
  /** Key of the repository of backups; it is never rotated, since it opens the earlier ones. */
  readonly repositoryKey: pulumi.Output<string>;
  /** Key of the hash by which a plan shows that secrets changed, without showing them. */
  readonly hashKey: pulumi.Output<string>;

  constructor(name: string, rotation: Model["rotation"], options?: pulumi.ComponentResourceOptions) {
    super("socle:index:Secrets", name, {}, options);
    const generated = (purpose: string, length: number, generation: number): pulumi.Output<string> =>
      new random.RandomPassword(
        `${name}-${purpose}`,
        { length, special: false, keepers: { generation: String(generation) } },
        { parent: this },
      ).result;
    const secretKey = (generation: number): pulumi.Output<string> =>
      generated(`secret-key-${String(generation)}`, secretKeyLength, generation);

    this.secretKey = secretKey(rotation.secretKey);
    this.formerSecretKey = rotation.secretKey > 1 ? secretKey(rotation.secretKey - 1) : undefined;
    this.databasePassword = generated("database-password", passwordLength, rotation.databasePassword);
    this.postgresPassword = generated("postgres-password", passwordLength, 1);
    this.redisPassword = generated("redis-password", passwordLength, rotation.redisPassword);
    this.adminPassword = generated("admin-password", passwordLength, rotation.adminPassword);
    this.backupPassword = generated("backup-password", passwordLength, 1);
    this.repositoryKey = generated("repository-key", passwordLength, 1);
    this.hashKey = generated("hash-key", secretKeyLength, 1);
    this.registerOutputs({});
  }
}
