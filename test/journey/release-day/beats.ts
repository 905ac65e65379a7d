// How many schedulers a stack has at one time, and which of its containers have to be killed.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

import { containersOf } from "../../lab/engine.ts";

export class Beats {
  most = 0;
  /** Services whose container had to be killed. */
  readonly killed: string[] = [];
  readonly #stack: string;

  constructor(stack: string) {
    this.#stack = stack;
  }

  async during(action: () => Promise<unknown>): Promise<void> {
    const format = '{{index .Actor.Attributes "socle.service"}} {{.Action}} {{index .Actor.Attributes "exitCode"}}';
    const filters = ["type=container", `label=socle.stack=${this.#stack}`].flatMap((filter) => ["--filter", filter]);
    const running = new Set(await containersOf(this.#stack, "beat"));
    this.most = running.size;
    const events = spawn(
      "docker",
      ["events", ...filters, "--filter", "event=start", "--filter", "event=die", "--format", `${format} {{.ID}}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    let now = running.size;
    createInterface(events.stdout).on("line", (line) => {
      const [service, action = "", code] = line.split(" ");
      if (action === "die" && code === "137") this.killed.push(service ?? "");
      if (service !== "beat") return;
      now += action === "start" ? 1 : -1;
      this.most = Math.max(this.most, now);
    });
    try {
      await action();
    } finally {
      events.kill();
    }
  }
}
