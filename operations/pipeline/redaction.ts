/** What a text must not show: secrets that this process was handed. */

const secretName = /(TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS|_KEY|WEBHOOK)$/;
/** Shorter ones would be found in ordinary words. */
const shortest = 6;

/** Masks the value of every variable that is named like a secret, whole and line by line. */
export function withoutSecrets(text: string, environment: NodeJS.ProcessEnv): string {
  const values = Object.entries(environment)
    .filter(([name]) => secretName.test(name))
    .flatMap(([, value = ""]) => [value, ...value.split("\n")])
    .map((value) => value.trim())
    .filter((value) => value.length >= shortest && !value.startsWith("-----"));
  return [...new Set(values)]
    .sort((a, b) => b.length - a.length)
    .reduce((masked, value) => masked.replaceAll(value, "***"), text);
}
