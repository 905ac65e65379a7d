/** Where uploaded files come from: a folder, or a tar archive. */
import { spawn } from "node:child_process";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";

import { Problem, problems, type Wordings } from "../../config/problem.ts";
import type { Upload } from "./upload.ts";

export const wordings = {
  "import.no-media": ({ path, reason }: { path: string; reason: string }) => [
    `${path} cannot be read: ${reason}`,
    "Name a folder, or an archive: .tar, .tar.gz",
  ],
  "import.media-incomplete": ({ folder }: { folder: string }) => [
    `tar could not read all of ${folder}; nothing was changed.`,
  ],
  "import.media-zipped": ({ path }: { path: string }) => [
    `${path} is a zip archive; nothing was changed.`,
    "Unpack it, and name the folder.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** A tar archive of it, as it is read. @throws import.… before anything is sent */
export function mediaSource(path: string): Upload {
  try {
    return statSync(path).isDirectory() ? archived(path) : unpacked(path);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw problem("import.no-media", { path, reason: error instanceof Error ? error.message : String(error) });
  }
}

function archived(folder: string): Upload {
  const tar = spawn("tar", ["--create", "--file", "-", "--directory", folder, "."], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  // What could not be read is an error here, not a shorter archive there.
  const whole = new Promise<void>((resolve, reject) => {
    tar.on("error", reject);
    tar.on("close", (code) => {
      if (code === 0) resolve();
      else reject(problem("import.media-incomplete", { folder }));
    });
  });
  whole.catch(() => undefined);
  return { content: tar.stdout, whole };
}

/** The other side is always given a plain tar archive. */
function unpacked(path: string): Upload {
  const start = Buffer.alloc(4);
  const file = openSync(path, "r");
  readSync(file, start, 0, 4, 0);
  closeSync(file);
  if (start.toString("latin1", 0, 2) === "PK") throw problem("import.media-zipped", { path });
  const { size } = statSync(path);
  const content = createReadStream(path);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return { content, size };
  const plain = createGunzip();
  content.on("error", (error) => plain.destroy(error));
  return { content: content.pipe(plain) };
}
