import { evidenced } from "../evidence/demand.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "EVD-09",
  name: "the migrations of this very image were rehearsed",
  description: "On staging or on a restored backup: data that breaks a migration is not in a developer's database.",
  severity: "high",
  reference: "Django: Migrations; requirements of the deployment gate",
  mend: "Bring the image that `application.image` names up on staging and run `npm run -s socle -- migrations evidence --stack staging`; `pipeline deploy` does both.",
  ...evidenced("EVD-09", () => ({ of: "image", parts: { "": "rehearsal of the migrations" } })),
};
