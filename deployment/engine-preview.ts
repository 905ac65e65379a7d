/** What a preview says of a server's Docker engine before the stack is there: others may use it. */
import * as pulumi from "@pulumi/pulumi";

import type { Model } from "../config/environment.ts";
import { Host } from "../connection/host.ts";

export interface Note {
  level: "info" | "warn";
  text: string;
}

/** Asks the server, and says it. A server that is out of reach is no obstacle to a plan. */
export async function previewEngine({ host, name }: Pick<Model, "host" | "name">): Promise<void> {
  if (host.type !== "ssh" || !host.prepare) return;
  const notes = await new Host(host).ask("engine/preview.sh", [name], { seconds: 20 }).then(engineNotes, notAsked);
  for (const { level, text } of notes) await pulumi.log[level](`host: ${host.address}: ${text}`);
}

/** @param plan lines of `engine_plan` in host/engine/plan.sh */
export function engineNotes(plan: string): Note[] {
  const lines = plan.split("\n").map((line) => {
    const [, name = "", value = ""] = /^([a-z]+)=(.*)$/.exec(line) ?? [];
    return { name, value };
  });
  const instead = lines.find(({ name }) => name === "instead")?.value ?? "";
  return lines.flatMap(({ name, value }): Note[] => {
    if (name === "say") return [{ level: "info", text: `at \`up\`, ${value}` }];
    if (name === "remark") return [{ level: "info", text: value }];
    if (name === "refuse") return [{ level: "warn", text: `\`up\` will be refused: ${value}.\n    → ${instead}` }];
    return [];
  });
}

function notAsked(error: unknown): Note[] {
  const reason = error instanceof Error ? error.message : String(error);
  return [
    {
      level: "warn",
      text: `what \`up\` would change of its Docker engine could not be asked: ${reason}\n    → \`up\` looks itself before it changes anything.`,
    },
  ];
}
