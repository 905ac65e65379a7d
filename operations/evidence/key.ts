/** Keys that sign evidence: Ed25519 (RFC 8032), the private one in PEM, the public one as a line of the configuration. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

import { OperatorError } from "../stack.ts";

const variable = "SOCLE_EVIDENCE_KEY";

/** The key that signs: SOCLE_EVIDENCE_KEY holds it, or names its file. @throws OperatorError where it is no such key */
export function signingKey(given = process.env[variable]): KeyObject | undefined {
  if (!given) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey(given.includes("-----BEGIN") ? given : readFileSync(given));
  } catch (error) {
    // The message may not show what was given: it may be the key itself, cut.
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw unfit(missing ? "names a file that is not there" : "holds no private key in PEM form");
  }
  if (key.asymmetricKeyType !== "ed25519") throw unfit(`holds a key of the type ${String(key.asymmetricKeyType)}`);
  return key;
}

const unfit = (found: string): OperatorError =>
  new OperatorError(
    `${variable}: ${found}; nothing was recorded.\n    → Put an Ed25519 key there, or the path of its file; \`npm run evidence -- key FILE\` makes one.`,
  );

/** As it stands in `evidence.publicKeys`. */
export const publicLine = (key: KeyObject): string =>
  createPublicKey(key).export({ format: "der", type: "spki" }).toString("base64");

/** Writes a new private key for its owner alone. @throws OperatorError where the file is there already */
export function makeKey(path: string): string {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  try {
    writeFileSync(path, privateKey.export({ format: "pem", type: "pkcs8" }), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new OperatorError(`${path} is there already; nothing was written.\n    → Name another file.`);
  }
  return publicKey.export({ format: "der", type: "spki" }).toString("base64");
}
