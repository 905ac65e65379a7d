/** Evidence goes where the image goes: an image's ledgers lie beside it in the registry. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { evidenceFolder, ledgerFiles } from "../../policies/evidence/evidence.ts";
import { OperatorError } from "../stack.ts";
import { run } from "../tool.ts";
import { pullFiles, pushFiles } from "./registry.ts";

/** Under which tag the ledgers of an image lie. */
function tagOf(image: string): string {
  const [name, digest] = image.split("@sha256:");
  if (!name || !digest)
    throw new OperatorError(`${image} is no image by digest.\n    → Name what was built: ghcr.io/acme/site@sha256:…`);
  return `${name}:evidence-${digest}`;
}

/** Puts the ledgers beside the image. @returns their names */
export function keepEvidence(image: string, folder = evidenceFolder()): string[] {
  const files = ledgerFiles(folder);
  if (files.length > 0)
    within((archive) => {
      tar("--create", `--file=${archive}`, `--directory=${folder}`, ...files);
      pushFiles(tagOf(image), archive);
    });
  return files;
}

/** Brings the image's ledgers, in place of those of the same names. @returns their names, none where there are none */
export function fetchEvidence(image: string, folder = evidenceFolder()): string[] {
  return within((archive) => {
    if (!pullFiles(tagOf(image), archive)) return [];
    mkdirSync(folder, { recursive: true });
    tar("--extract", `--file=${archive}`, `--directory=${folder}`, "--no-same-owner", "--wildcards", "*.jsonl");
    return readdirSync(folder)
      .filter((file) => file.endsWith(".jsonl"))
      .sort();
  });
}

function within<T>(work: (archive: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "socle-evidence-"));
  try {
    return work(join(folder, "evidence.tar"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tar(...words: string[]): void {
  const { status, stderr } = run("tar", words);
  if (status !== 0) throw new OperatorError(`tar: ${stderr.trim()}`);
}
