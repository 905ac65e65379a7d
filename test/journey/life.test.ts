// The life of a site. The first day: one `pulumi up`, and all that can be seen of it from outside; nothing changes it. Then data
// that is lost and brought back, and the end.
import { application } from "./life/application.ts";
import { auditing } from "./life/auditing.ts";
import { data } from "./life/data.ts";
import { end } from "./life/end.ts";
import { operatorsCommand } from "./life/operators-command.ts";
import { person } from "./life/person.ts";
import { restored } from "./life/restored.ts";
import { stack } from "./life/stack.ts";
import { tls } from "./life/tls.ts";
import { web } from "./life/web.ts";
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
// Neither a change nor a secret may have come of all that.
stack(site);
restored(site);
end(site);
