// The Docker engine of a run. Debian 12's (20.10) can lock itself up while containers come and go side by side
// (https://github.com/moby/moby/issues/46661): it still answers `docker ps`, but nothing that touches a network ends.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { docker, lines, run } from "../lab/command.ts";
import { cacheFolder } from "../../operations/tool.ts";
import { project } from "./tier.ts";

export interface EngineActions {
  /** Rejects when the engine does not answer what touches a network. */
  ask: () => Promise<void>;
  /** Starts the engine again. @returns what it was doing, for who looks into it */
  restart: () => Promise<string>;
}

/** From one start of the engine to the next. */
interface Period {
  /** Aborted when the engine hangs: nothing that runs can pass any more. */
  over: AbortController;
  /** Whether what was ended is to be run again; known once the engine is back. */
  again: Promise<boolean>;
}

/** Asks the engine all along. Once in a run, where it hangs, it is started again, and what ran is run again. */
export class EngineWatch {
  readonly #actions: EngineActions;
  readonly #end = new AbortController();
  readonly #tell: (line: string) => void;
  #period: Period = { over: new AbortController(), again: Promise.resolve(false) };

  constructor(tell: (line: string) => void = console.log, actions: EngineActions = engineActions) {
    this.#tell = tell;
    this.#actions = actions;
  }

  async attempt<T>(what: (over: AbortSignal) => Promise<T>): Promise<T> {
    for (;;) {
      const period = this.#period;
      const result = await what(period.over.signal);
      if (!period.over.signal.aborted || !(await period.again)) return result;
    }
  }

  /** Watches until `end`, or until the engine hangs for good. */
  async watch(everySeconds = 15): Promise<void> {
    const { signal } = this.#end;
    for (let hung = 0; !signal.aborted && hung < 2;) {
      try {
        await this.#actions.ask();
        await sleep(everySeconds * 1000, undefined, { signal }).catch(() => undefined);
      } catch (error) {
        hung += 1;
        this.#tell(`The Docker engine does not answer: ${error instanceof Error ? error.message : String(error)}`);
        const { over } = this.#period;
        this.#period.again = hung < 2 ? this.#restarted() : Promise.resolve(false);
        over.abort();
        if (!(await this.#period.again)) return;
        this.#period = { over: new AbortController(), again: Promise.resolve(false) };
      }
    }
  }

  end(): void {
    this.#end.abort();
  }

  async #restarted(): Promise<boolean> {
    try {
      this.#tell(await this.#actions.restart());
      this.#tell("It was started again, and what ran is run again.");
      return true;
    } catch (error) {
      this.#tell(`It was not started again: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }
}

const engineActions: EngineActions = {
  ask: async () => {
    await docker(["network", "inspect", "bridge", "--format", "{{.Name}}"], { timeoutSeconds: 120 });
  },
  restart: async () => {
    const pid = Number(await readFile(join(cacheFolder(), "dockerd.pid"), "utf8").catch(() => ""));
    const name = await readFile(`/proc/${String(pid)}/comm`, "utf8").catch(() => "");
    if (pid === 0 || name.trim() !== "dockerd")
      throw new Error("the set-up did not start it; restart it by hand, and run the tests again");
    process.kill(pid, "SIGUSR1");
    await sleep(3000);
    const said = ["Its goroutines that wait for a lock in libnetwork:", ...(await blocked())].join("\n");
    process.kill(pid, "SIGKILL");
    while (existsSync(`/proc/${String(pid)}`)) await sleep(100);
    await run(join(project, "toolchain", "setup.sh"), ["--test"], { timeoutSeconds: 600 });
    const left = await begun();
    if (left.length > 0) await docker(["rm", "--force", "--volumes", ...left]);
    return said;
  },
};

/** Containers that were created since this process began: some come up again with the engine, and nobody waits for them. */
async function begun(): Promise<string[]> {
  const all = lines(await docker(["ps", "--all", "--quiet", "--no-trunc", "--filter", "name=^socle-"]));
  if (all.length === 0) return [];
  const created = lines(await docker(["inspect", "--format", "{{.Id}} {{.Created}}", ...all]));
  return created
    .map((line) => line.split(" "))
    .filter(([, time = ""]) => Date.parse(time) >= performance.timeOrigin)
    .flatMap(([id]) => id ?? []);
}

const stacks = "/var/run/docker";

/** Of the newest dump of the engine's goroutines, those that wait for a mutex. */
async function blocked(): Promise<string[]> {
  const dumps = (await readdir(stacks)).filter((name) => name.startsWith("goroutine-stacks-")).sort();
  const newest = dumps.at(-1);
  if (newest === undefined) return ["(it wrote none)"];
  const dump = await readFile(join(stacks, newest), "utf8");
  return dump
    .split("\n\n")
    .filter(
      (goroutine) => /^goroutine \d+ \[(semacquire|sync\.Mutex)/.test(goroutine) && goroutine.includes("libnetwork"),
    )
    .slice(0, 12)
    .map((goroutine) =>
      goroutine
        .split("\n")
        .filter((line, index) => index === 0 || !line.startsWith("\t"))
        .slice(0, 14)
        .join("\n"),
    );
}
