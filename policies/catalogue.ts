/** Every rule, in the order of the reference page. */
import type { Rule } from "./rule.ts";
import { rule as bak01 } from "./rules/bak-01-schedule.ts";
import { rule as bak02 } from "./rules/bak-02-off-site.ts";
import { rule as cel01 } from "./rules/cel-01-one-beat.ts";
import { rule as cel02 } from "./rules/cel-02-visibility.ts";
import { rule as ctr01 } from "./rules/ctr-01-privileged.ts";
import { rule as ctr02 } from "./rules/ctr-02-capabilities.ts";
import { rule as ctr03 } from "./rules/ctr-03-no-new-privileges.ts";
import { rule as ctr04 } from "./rules/ctr-04-confined.ts";
import { rule as ctr06 } from "./rules/ctr-06-engine-socket.ts";
import { rule as ctr07 } from "./rules/ctr-07-host-folders.ts";
import { rule as ctr08 } from "./rules/ctr-08-namespaces.ts";
import { rule as ctr12 } from "./rules/ctr-12-devices.ts";
import { rule as ctr13 } from "./rules/ctr-13-memory.ts";
import { rule as ctr14 } from "./rules/ctr-14-processors.ts";
import { rule as ctr15 } from "./rules/ctr-15-read-only.ts";
import { rule as ctr16 } from "./rules/ctr-16-user.ts";
import { rule as ctr17 } from "./rules/ctr-17-health.ts";
import { rule as ctr18 } from "./rules/ctr-18-restart.ts";
import { rule as ctr19 } from "./rules/ctr-19-stop-grace.ts";
import { rule as ctr20 } from "./rules/ctr-20-log-rotation.ts";
import { rule as ctr21 } from "./rules/ctr-21-own-network.ts";
import { rule as ctr22 } from "./rules/ctr-22-propagation.ts";
import { rule as ctr23 } from "./rules/ctr-23-publish-all.ts";
import { rule as dj01 } from "./rules/dj-01-debug.ts";
import { rule as dj02 } from "./rules/dj-02-allowed-hosts.ts";
import { rule as dj03 } from "./rules/dj-03-cookies.ts";
import { rule as dj04 } from "./rules/dj-04-csrf-origins.ts";
import { rule as dj05 } from "./rules/dj-05-cors-origins.ts";
import { rule as dj06 } from "./rules/dj-06-rate-limit.ts";
import { rule as doc01 } from "./rules/doc-01-documents.ts";
import { rule as evd00 } from "./rules/evd-00-ledgers.ts";
import { rule as evd01 } from "./rules/evd-01-backup.ts";
import { rule as evd02 } from "./rules/evd-02-restore-drill.ts";
import { rule as evd03 } from "./rules/evd-03-tests.ts";
import { rule as evd04 } from "./rules/evd-04-load-test.ts";
import { rule as evd05 } from "./rules/evd-05-off-site-restore.ts";
import { rule as evd06 } from "./rules/evd-06-rollback-drill.ts";
import { rule as evd07 } from "./rules/evd-07-release-under-load.ts";
import { rule as evd08 } from "./rules/evd-08-scans.ts";
import { rule as evd09 } from "./rules/evd-09-migrations.ts";
import { rule as evd10 } from "./rules/evd-10-leak-scan.ts";
import { rule as evd11 } from "./rules/evd-11-trials.ts";
import { rule as img01 } from "./rules/img-01-tag.ts";
import { rule as img02 } from "./rules/img-02-digest.ts";
import { rule as img04 } from "./rules/img-04-postgres-major.ts";
import { rule as mon01 } from "./rules/mon-01-alerts.ts";
import { rule as net01 } from "./rules/net-01-data-ports.ts";
import { rule as net03 } from "./rules/net-03-application-ports.ts";
import { rule as net04 } from "./rules/net-04-web-ports.ts";
import { rule as net05 } from "./rules/net-05-internal-network.ts";
import { rule as ngx01 } from "./rules/ngx-01-headers.ts";
import { rule as ngx02 } from "./rules/ngx-02-request-limits.ts";
import { rule as ngx03 } from "./rules/ngx-03-limits.ts";
import { rule as pg01 } from "./rules/pg-01-data-volume.ts";
import { rule as rds01 } from "./rules/rds-01-password.ts";
import { rule as rds02 } from "./rules/rds-02-no-eviction.ts";
import { rule as sec01 } from "./rules/sec-01-no-literals.ts";
import { rule as sec02 } from "./rules/sec-02-length.ts";
import { rule as sec03 } from "./rules/sec-03-own-secrets.ts";
import { rule as ssh01 } from "./rules/ssh-01-host-key.ts";
import { rule as ssh02 } from "./rules/ssh-02-silent-secrets.ts";
import { rule as tls01 } from "./rules/tls-01-protocols.ts";
import { rule as tls02 } from "./rules/tls-02-ciphers.ts";
import { rule as tls03 } from "./rules/tls-03-no-stapling.ts";
import { rule as tls04 } from "./rules/tls-04-renewal.ts";
import { rule as tls05 } from "./rules/tls-05-reload.ts";
import { rule as wvr01 } from "./rules/wvr-01-waivers.ts";

export const rules: readonly Rule[] = [
  bak01,
  bak02,
  cel01,
  cel02,
  ctr01,
  ctr02,
  ctr03,
  ctr04,
  ctr06,
  ctr07,
  ctr08,
  ctr12,
  ctr13,
  ctr14,
  ctr15,
  ctr16,
  ctr17,
  ctr18,
  ctr19,
  ctr20,
  ctr21,
  ctr22,
  ctr23,
  dj01,
  dj02,
  dj03,
  dj04,
  dj05,
  dj06,
  doc01,
  evd00,
  evd01,
  evd02,
  evd03,
  evd04,
  evd05,
  evd06,
  evd07,
  evd08,
  evd09,
  evd10,
  evd11,
  img01,
  img02,
  img04,
  mon01,
  net01,
  net03,
  net04,
  net05,
  ngx01,
  ngx02,
  ngx03,
  pg01,
  rds01,
  rds02,
  sec01,
  sec02,
  sec03,
  ssh01,
  ssh02,
  tls01,
  tls02,
  tls03,
  tls04,
  tls05,
  wvr01,
];
