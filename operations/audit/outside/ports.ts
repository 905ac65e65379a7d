/** Which TCP ports of a host answer, seen from this machine. */
import { connect } from "node:net";

export interface PortScan {
  /** For each address of the host, which ports answer; or why it could not be scanned. */
  addresses: { address: string; open: number[]; missing?: string }[];
  /** How many ports of each address were tried. */
  tried: number;
}

interface Options {
  /** Connections at a time. */
  concurrency?: number;
  /** Milliseconds until a port that says nothing counts as closed. */
  patience?: number;
  /** Milliseconds for all ports of one address. */
  limit?: number;
  progress?: (address: string, done: number, of: number) => void;
}

type Answer = "open" | "closed" | "unreachable";

const allPorts = 65_535;

/** Tries every TCP port of each address. */
export async function scanPorts(addresses: readonly string[], options: Options = {}): Promise<PortScan> {
  const scanned: PortScan["addresses"] = [];
  for (const address of addresses) scanned.push(await scanAddress(address, options));
  return { addresses: scanned, tried: allPorts };
}

async function scanAddress(
  address: string,
  { concurrency = 1000, patience = 1000, limit = 150_000, progress }: Options,
): Promise<PortScan["addresses"][number]> {
  const open: number[] = [];
  const end = Date.now() + limit;
  let next = 1;
  let unreachable = 0;
  const work = async (): Promise<void> => {
    while (next <= allPorts && Date.now() < end) {
      const port = next++;
      if (port % 1000 === 0) progress?.(address, port, allPorts);
      const answer = await tryPort(address, port, patience);
      if (answer === "open") open.push(port);
      if (answer === "unreachable") unreachable += 1;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  open.sort((a, b) => a - b);
  if (next <= allPorts)
    return { address, open, missing: `only ${next - 1} of ${allPorts} ports could be tried in ${limit / 1000} s` };
  if (unreachable > allPorts / 2) return { address, open, missing: "this machine has no route to it" };
  return { address, open };
}

function tryPort(address: string, port: number, patience: number): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const done = (answer: Answer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, patience, "closed");
    socket.on("connect", () => done("open"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => {
      // Out of sockets here says nothing of the port there: it is tried again when others are done.
      if (code === "EMFILE" || code === "EADDRNOTAVAIL" || code === "ENFILE") {
        clearTimeout(timer);
        setTimeout(() => void tryPort(address, port, patience).then(resolve), 200);
      } else done(code === "ENETUNREACH" || code === "EHOSTUNREACH" ? "unreachable" : "closed");
    });
  });
}
