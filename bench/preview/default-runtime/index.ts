/** The program's entry as CommonJS, which has no `await` outside of a function; all else is the program's own. */
import * as pulumi from "@pulumi/pulumi";

import { policyGate } from "./components/policy-gate";
import { Site } from "./components/site";
import { environmentModel } from "./config/environment";
import { loadConfiguration } from "./config/running-stack";
import { smokeChecks } from "./config/smoke-checks";
import { preflight } from "./connection/preflight";

export = async () => {
  const configuration = loadConfiguration();
  const model = environmentModel(pulumi.getProject(), pulumi.getStack(), configuration);
  await preflight(model.host, { dryRun: pulumi.runtime.isDryRun() });
  await policyGate("policy-gate", model);
  const site = new Site("site", model, configuration);
  return {
    url: model.site.url,
    services: site.services,
    checks: smokeChecks(model),
    release: site.release,
    adminUser: model.superuser?.username,
    adminPassword: model.superuser && pulumi.secret(site.adminPassword),
  };
};
