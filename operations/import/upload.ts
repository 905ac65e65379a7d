/** A stream on its way to a script on the host. */
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import type { Stack } from "../stack.ts";

export interface Upload {
  content: Readable;
  /** Bytes of it, where they are known. */
  size?: number;
  /** Fails where what was read was not all. */
  whole?: Promise<void>;
}

/** Answers with what the script printed. @throws HostError with what the script said, or why the source could not be read */
export async function upload(
  stack: Stack,
  script: string,
  words: readonly string[],
  { content, size, whole }: Upload,
): Promise<string> {
  const running = stack.host.stream(script, words);
  const told = text(running.output);
  let sent = 0;
  if (process.stderr.isTTY)
    content.on("data", (chunk: Buffer) => {
      const before = Math.floor(sent / 1e6);
      sent += chunk.length;
      if (Math.floor(sent / 1e6) === before) return;
      const share = size === undefined ? "" : ` of ${String(Math.ceil(size / 1e6))}`;
      process.stderr.write(`\r\u001b[Ksent ${String(Math.floor(sent / 1e6))}${share} MB`);
    });
  // Where the other side refuses, its own word says more than a broken pipe.
  await pipeline(content, running.input).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
  });
  if (sent >= 1e6) process.stderr.write("\r\u001b[K");
  await running.ended();
  await whole;
  return told;
}
