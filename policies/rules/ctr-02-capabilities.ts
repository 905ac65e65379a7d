import { type Rule, when } from "../rule.ts";

/** What a web server needs to listen below port 1024; Socle's own containers need nothing at all. */
const allowed = ["NET_BIND_SERVICE"];

const plain = (name: string): string => name.toUpperCase().replace(/^CAP_/, "");

export const rule: Rule = {
  id: "CTR-02",
  name: "containers drop all capabilities",
  description: "Docker gives every container fourteen rights of root; a break-in uses those that nobody needed.",
  severity: "high",
  reference: "CIS Docker Benchmark 5.4",
  mend: `Set \`capabilities.drops\` to [ALL], and \`capabilities.adds\` to none other than ${allowed.join(", ")}.`,
  decide: {
    container: ({ capabilities: { drops = [], adds = [] } = {} }) => [
      ...when(!drops.map(plain).includes("ALL"), "ALL is not among them", "capabilities.drops"),
      ...adds.flatMap((name, index) =>
        when(!allowed.includes(plain(name)), `found ${name}`, `capabilities.adds.${String(index)}`),
      ),
    ],
  },
};
