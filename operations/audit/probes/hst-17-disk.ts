import type { Finding } from "../../../policies/rule.ts";
import type { Facts } from "../facts.ts";
import type { Probe } from "../probe.ts";

const most = 80;
const mend =
  "See what takes the room: `docker system df`, `du -xh --max-depth=2 / | sort -h | tail`. `docker image prune --all --filter until=720h` removes images that no container uses; else give the server a larger disk.";

export const probe: Probe = {
  id: "HST-17",
  name: "disks and inodes are less than 80 % used",
  description: "PostgreSQL stops at a full disk, and so do uploads, backups and logs.",
  severity: "high",
  reference: "PostgreSQL: Disk Full Failure; CIS Docker 1.1.1",
  mend,
  resource: "host",
  decide: ({ facts }) => {
    const [disk, inodes] = [usage(facts, "disk"), usage(facts, "inodes")];
    const findings = [...over(disk, "of the disk"), ...over(inodes, "of its inodes")];
    const highest = disk.toSorted((a, b) => b.percent - a.percent)[0];
    return { findings, seen: highest ? `at most ${highest.percent} %, under ${highest.folder}` : "nothing told" };
  },
};

interface Usage {
  folder: string;
  percent: number;
}

/** Of `df -P`, each file system once; those that count no inodes show a dash. */
function usage(facts: Facts, name: string): Usage[] {
  const lines = facts.lines(name, "See that `df` works on the server.").slice(1);
  const seen = new Map<string, Usage>();
  for (const line of lines) {
    const [system = "", , , , percent = "", folder = ""] = line.split(/\s+/);
    if (/^\d+%$/.test(percent) && !seen.has(`${system} ${folder}`))
      seen.set(`${system} ${folder}`, { folder, percent: Number.parseInt(percent, 10) });
  }
  return [...seen.values()];
}

const over = (all: readonly Usage[], what: string): Finding[] =>
  all
    .filter(({ percent }) => percent >= most)
    .map(({ folder, percent }) => ({ where: folder, found: `${percent} % ${what} are used` }));
