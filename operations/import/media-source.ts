/** Where uploaded files come from: a folder, or a tar archive. */
import { spawn } from "node:child_process";
import { closeSync, createReadStream, openSync, readSync, statSync } from "node:fs";
import { createGunzip } from "node:zlib";

import { Problem } from "../../config/problem.ts";
import { OperatorError } from "../stack.ts";
import type { Upload } from "./upload.ts";

/** A tar archive of it, as it is read. @throws OperatorError before anything is sent */
export function mediaSource(path: string): Upload {
  try {
    return statSync(path).isDirectory() ? archived(path) : unpacked(path);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new OperatorError(
      `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}\n    → Name a folder, or an archive: .tar, .tar.gz`,
    );
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
      else reject(new OperatorError(`tar could not read all of ${folder}; nothing was changed.`));
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
  if (start.toString("latin1", 0, 2) === "PK")
    throw new OperatorError(`${path} is a zip archive; nothing was changed.\n    → Unpack it, and name the folder.`);
  const { size } = statSync(path);
  const content = createReadStream(path);
  if (start[0] !== 0x1f || start[1] !== 0x8b) return { content, size };
  const plain = createGunzip();
  content.on("error", (error) => plain.destroy(error));
  return { content: content.pipe(plain) };
}
