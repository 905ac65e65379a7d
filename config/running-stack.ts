/** The running stack's configuration. Apart from its reader: what reads only stack files starts without Pulumi's SDK. */
import * as pulumi from "@pulumi/pulumi";

import { type Configuration, readConfiguration } from "./load.ts";

/** @throws ConfigurationError naming every mistake */
export function loadConfiguration(): Configuration {
  const encrypted = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS ?? "[]") as string[];
  return readConfiguration(pulumi.getProject(), pulumi.getStack(), pulumi.runtime.allConfig(), encrypted);
}
