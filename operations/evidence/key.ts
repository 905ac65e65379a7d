/** Keys that sign evidence: Ed25519 (RFC 8032), the private one in PEM, the public one as a line of the configuration. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { problems, type Wordings, type Words } from "../../config/problem.ts";

const variable = "SOCLE_EVIDENCE_KEY";

const unfit = (found: string): Words => [
  `${variable}: ${found}; nothing was recorded.`,
  "Put an Ed25519 key there, or the path of its file; `npm run evidence -- key FILE` makes one.",
];

export const wordings = {
  // Never with what was given: it may be the key itself, cut.
  "evidence.no-key-file": () => unfit("names a file that is not there"),
  "evidence.no-private-key": () => unfit("holds no private key in PEM form"),
  "evidence.other-key": ({ type }: { type: string }) => unfit(`holds a key of the type ${type}`),
  "evidence.key-exists": ({ path }: { path: string }) => [
    `${path} is there already; nothing was written.`,
    "Name another file.",
  ],
} satisfies Wordings;

const problem = problems(wordings);

/** The key that signs: SOCLE_EVIDENCE_KEY holds it, or names its file. @throws evidence.… where it is no such key */
export function signingKey(given = process.env[variable]): KeyObject | undefined {
  if (!given) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey(given.includes("-----BEGIN") ? given : readFileSync(given));
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw problem(missing ? "evidence.no-key-file" : "evidence.no-private-key");
  }
  if (key.asymmetricKeyType !== "ed25519") throw problem("evidence.other-key", { type: String(key.asymmetricKeyType) });
  return key;
}

/** As it stands in `evidence.publicKeys`. */
export const publicLine = (key: KeyObject): string =>
  createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");

/** Writes a new private key for its owner alone. @throws evidence.key-exists */
export function makeKey(path: string): string {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  try {
    writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw problem("evidence.key-exists", { path });
  }
  return publicKey.export({ format: "der", type: "spki" }).toString("base64");
}
