/** Every probe, in the order of the reference page. */
import type { Probe } from "./probe.ts";
import { probe as hst01 } from "./probes/hst-01-ssh-logins.ts";
import { probe as hst04 } from "./probes/hst-04-open-ports.ts";
import { probe as hst05 } from "./probes/hst-05-firewall.ts";
import { probe as hst07 } from "./probes/hst-07-engine.ts";
import { probe as hst14 } from "./probes/hst-14-upgrades.ts";
import { probe as hst16 } from "./probes/hst-16-clock.ts";
import { probe as hst17 } from "./probes/hst-17-disk.ts";
import { probe as liv01 } from "./probes/liv-01-tls.ts";
import { probe as liv02 } from "./probes/liv-02-certificate.ts";
import { probe as liv03 } from "./probes/liv-03-answers.ts";
import { probe as liv05 } from "./probes/liv-05-check-deploy.ts";
import { probe as liv06 } from "./probes/liv-06-migrations.ts";
import { probe as liv07 } from "./probes/liv-07-checksums.ts";

export const probes: readonly Probe[] = [
  hst01,
  hst04,
  hst05,
  hst07,
  hst14,
  hst16,
  hst17,
  liv01,
  liv02,
  liv03,
  liv05,
  liv06,
  liv07,
];
