import { type Rule, when } from "../rule.ts";

export const rule: Rule = {
  id: "IMG-04",
  name: "PostgreSQL stays on the major version that wrote its data",
  description: "Another major version cannot read the data directory: the database would not start.",
  severity: "critical",
  reference: "PostgreSQL manual 19.6: Upgrading a PostgreSQL Cluster",
  mend: "Set `postgres.version` back to the version that the data was written with; then `npm run -s socle -- upgrade postgres 16 --stack NAME` takes the data over and changes the setting.",
  decide: {
    databaseRecord: ({ keepers: { major } }, { facts }) =>
      when(
        major !== String(facts.postgres.version),
        `the data was written by PostgreSQL ${major}, and ${String(facts.postgres.version)} is asked for`,
        "postgres.version",
      ),
    site: ({ images, postgres }) => {
      const major = /(?:^|\/)postgres:(\d+)/.exec(images.postgres)?.[1];
      return when(
        major !== undefined && major !== String(postgres.version),
        `found PostgreSQL ${major ?? ""} with a postgres.version of ${String(postgres.version)}`,
        "postgres.image",
      );
    },
  },
};
