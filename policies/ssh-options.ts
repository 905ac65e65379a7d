/** Options of OpenSSH's client as a list of words: `-o` and `Name=value`, or both in one. What `-F` names comes after them. */

/** The first value of an option, which is the one that counts (ssh_config(5)). */
export function sshOption(words: readonly string[], name: string): string | undefined {
  for (const [index, word] of words.entries()) {
    const text = words[index - 1] === "-o" ? word : /^-o(.+)/s.exec(word)?.[1];
    const [, key, value] = /^\s*(\w+)(?:\s*=\s*|\s+)(.*)$/s.exec(text ?? "") ?? [];
    if (key?.toLowerCase() === name.toLowerCase()) return value;
  }
  return undefined;
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
