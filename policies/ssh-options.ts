/** Options of OpenSSH's client as a list of words: `-o`, `Name=value`. */

/** The first value of an option, which is the one that counts (ssh_config(5)). */
export function sshOption(words: readonly string[], name: string): string | undefined {
  const prefix = `${name.toLowerCase()}=`;
  const found = words.find((word, index) => words[index - 1] === "-o" && word.toLowerCase().startsWith(prefix));
  return found?.slice(prefix.length);
}

/** Why these options do not pin the server's host key; undefined where they do. */
export function unpinned(words: readonly string[]): string | undefined {
  const strict = sshOption(words, "StrictHostKeyChecking");
  if (strict !== "yes") return `StrictHostKeyChecking is ${strict ?? "not set"}`;
  const command = sshOption(words, "KnownHostsCommand") ?? "none";
  const file = sshOption(words, "UserKnownHostsFile") ?? "";
  if (/ (ssh-|ecdsa-)\S+ AAAA/.test(command)) return undefined;
  if (command === "none" && file !== "" && file !== "/dev/null" && file !== "none") return undefined;
  return "neither KnownHostsCommand nor UserKnownHostsFile gives the key";
}
