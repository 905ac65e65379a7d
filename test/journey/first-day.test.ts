// The first day: one `pulumi up`, and all that can be seen of the site from outside. Nothing changes it.
import { application } from "./first-day/application.ts";
import { auditing } from "./first-day/auditing.ts";
import { data } from "./first-day/data.ts";
import { operatorsCommand } from "./first-day/operators-command.ts";
import { person } from "./first-day/person.ts";
import { stack } from "./first-day/stack.ts";
import { tls } from "./first-day/tls.ts";
import { web } from "./first-day/web.ts";
import { ownSite } from "./own-site.ts";
import { ownSecrets, ownVariables, sample } from "./settings.ts";

const site = ownSite(
  {
    ...sample({ environment: ownVariables }),
    // Else an audit blocks nothing in dev.
    policies: { enforcement: { "LIV-06": "mandatory" } },
  },
  { secrets: ownSecrets, watched: true },
);

application(site);
data(site);
person(site);
operatorsCommand(site);
tls(site);
web(site);
auditing(site);
// Last: neither a change nor a secret may have come of all that.
stack(site);
