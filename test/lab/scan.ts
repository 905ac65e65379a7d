import { lstat, readFile, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { constants, gunzipSync } from "node:zlib";
import { lines } from "./command.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { type Form, SecretSearch } from "./secret-search.ts";

export interface Finding {
  /** Such as "lab host: logs of container web". */
  readonly where: string;
  /** The secret's label, never its value. */
  readonly which: string;
  readonly form: Form;
}

export interface ScanScope {
  /** Label → value. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Whose engines and processes are searched. Default: this machine. */
  readonly machines?: readonly Machine[];
  /** More images than those of the containers, by name. */
  readonly images?: readonly string[];
  /** Files and folders of this machine; compressed ones (gzip) are looked into. */
  readonly paths?: readonly string[];
  /** Captured outputs: name → text. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** How much was searched: a test that expects no findings also asks whether there was anything to search. */
export interface Scan {
  readonly findings: readonly Finding[];
  readonly containers: number;
  readonly images: number;
  readonly processes: number;
  readonly files: number;
}

/**
 * Searches all places where secrets come to light by mistake.
 * @throws when a place can't be searched: silence would pass for cleanness.
 */
export async function scan(scope: ScanScope): Promise<Scan> {
  const { secrets, machines = [thisMachine], images = [], paths = [], texts = {} } = scope;
  const search = new SecretSearch(secrets);
  const findings: Finding[] = [];
  const look = (where: string, text: string): void => {
    for (const match of search.matches(text)) findings.push({ where, ...match });
  };
  const counts = { containers: 0, images: 0, processes: 0, files: 0 };

  for (const [name, text] of Object.entries(texts)) look(name, text);
  for (const path of paths) {
    for await (const file of filesUnder(await realpath(path))) {
      look(file, await textOf(file));
      counts.files += 1;
    }
  }
  for (const machine of machines) {
    counts.processes += await scanProcesses(machine, look);
    const engine = new Engine(machine);
    const containers = await engine.containers();
    const found: Images = new Map(images.map((image) => [image, image]));
    for (const container of containers) {
      for (const [id, name] of await engine.scanContainer(container, look)) found.set(id, name);
    }
    await engine.scanImages(found, look);
    counts.containers += containers.length;
    counts.images += found.size;
  }
  return { findings, ...counts };
}

type Look = (where: string, text: string) => void;

/** Both ways of reading command lines: what `ps` prints, and the files that it reads, which nothing cuts short. */
async function scanProcesses(machine: Machine, look: Look): Promise<number> {
  const listed = lines((await machine.exec(["ps", "axww", "-o", "pid=,args="])).stdout);
  for (const line of listed) look(`${machine.name}: process ${firstWord(line)}`, line);
  const files = await machine.exec(
    'for p in /proc/[0-9]*; do printf "%s " "${p#/proc/}"; tr "\\000\\n" "  " 2>/dev/null <"$p/cmdline" || true; echo; done 2>/dev/null',
  );
  for (const line of lines(files.stdout)) look(`${machine.name}: /proc/${firstWord(line)}/cmdline`, line);
  return listed.length;
}

function firstWord(line: string): string {
  return line.trim().split(" ")[0] ?? "";
}

interface Container {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
}

/** Of what `docker container inspect` says. */
interface Described {
  readonly Image: string;
  readonly Config: { readonly Image: string };
  readonly HostConfig: { readonly LogConfig: { readonly Type: string } };
}

/** An image's id → the name to report it by. */
type Images = Map<string, string>;

class Engine {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  async containers(): Promise<Container[]> {
    const listed = await this.#docker(["ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}} {{.State}}"]);
    return lines(listed).map((line) => {
      const [id = "", name = "", state] = line.split(" ");
      return { id, name, running: state === "running" };
    });
  }

  /** Returns the container's image. */
  async scanContainer({ id, name, running }: Container, look: Look): Promise<Images> {
    const place = `${this.#machine.name}: container ${name}`;
    try {
      const described = await this.#docker(["container", "inspect", id]);
      look(`${place}: inspect`, described);
      const [{ Image, Config, HostConfig }] = JSON.parse(described) as [Described];
      // With the driver "none" nothing is kept; any other that can't be read is an error.
      if (HostConfig.LogConfig.Type !== "none") look(`${place}: logs`, await this.#docker(["logs", id]));
      if (running) look(`${place}: processes`, await this.#docker(["top", id, "axww", "-o", "pid,args"]));
      return new Map([[Image, Config.Image]]);
    } catch (error) {
      // Some come and go while the scan is on, and one that goes is listed for a while; one that stays must be readable.
      const end = Date.now() + 10_000;
      for (;;) {
        const now = (await this.containers()).find((container) => container.id === id);
        if (now === undefined) return new Map();
        if (now.running !== running) return this.scanContainer(now, look);
        if (Date.now() > end) throw error;
        await sleep(500);
      }
    }
  }

  async scanImages(images: Images, look: Look): Promise<void> {
    for (const [id, name] of images) {
      const place = `${this.#machine.name}: image ${name}`;
      try {
        const history = ["history", "--no-trunc", "--format", "{{.CreatedBy}} {{.Comment}}", id];
        look(`${place}: history`, await this.#docker(history));
        look(`${place}: inspect`, await this.#docker(["image", "inspect", id]));
      } catch (error) {
        // It may have gone with the container of another test.
        const listed = lines(await this.#docker(["image", "ls", "--all", "--no-trunc", "--quiet"]));
        if (id === name || listed.includes(id)) throw error;
      }
    }
  }

  /** Both streams: what a container wrote to its standard error is in the second. */
  async #docker(args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await this.#machine.exec(["docker", ...args]);
    return `${stdout}${stderr}`;
  }
}

/** A path given may be a link; links inside a folder are not followed, their targets are somewhere else. */
async function* filesUnder(path: string): AsyncGenerator<string> {
  const status = await lstat(path);
  if (status.isFile()) yield path;
  if (!status.isDirectory()) return;
  for (const entry of await readdir(path)) yield* filesUnder(join(path, entry));
}

async function textOf(file: string): Promise<string> {
  const content = await readFile(file);
  const compressed = content[0] === 0x1f && content[1] === 0x8b;
  // A file that is being written ends in the middle: what is there of it is looked at.
  return (compressed ? gunzipSync(content, { finishFlush: constants.Z_SYNC_FLUSH }) : content).toString();
}
