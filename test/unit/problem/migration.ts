import { wordings as listing } from "../../../migration/listing.ts";
import { wordings as preview } from "../../../migration/preview.ts";
import { wordings as squawk } from "../../../migration/squawk.ts";
import { table } from "./table.ts";

export const migration = [
  table(listing, {
    "migrations.not-listed": [{ said: "no such image" }, "no such image"],
    "migrations.plan-not-json": ["The plan command did not print JSON (docs/migrations.md)."],
    "migrations.plan-malformed": [
      { path: "after.shop", reason: "does not name 0002_color" },
      "The plan command's JSON is not that of docs/migrations.md: after.shop: does not name 0002_color.",
    ],
  }),
  table(preview, {
    "migrations.unapproved": [
      { stack: "production", heads: ["shop.0002_color", "user.0003"], approval: "socle:migrations: { approved: [] }" },
      `migrations.approved: shop.0002_color, user.0003: pending in production and not approved; nothing was changed.
    → Read what stands above (with SQL: \`npm run -s socle -- migrations --stack production --sql\`), then approve: socle:migrations: { approved: [] }`,
    ],
    "migrations.plan-refused": [
      { cause: "migrations.plan-not-json", reason: "The plan is no JSON." },
      `migrations: The plan is no JSON.
    → Nothing can be approved by it. Correct application.commands.plan or the migrations of the image, then run the preview again.`,
    ],
  }),
  table(squawk, { "migrations.not-judged": [{ said: "bad option" }, "squawk could not judge the SQL: bad option"] }),
];
