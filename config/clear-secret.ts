/** Signs that a value is a secret: it may neither stand in clear in a stack file nor be shown in a message. */

const names =
  /(SECRET|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIAL|SENTRY_DSN|WEBHOOK|PRIVATE|(^|_)(PASS|PWD|SALT)$|API_?KEY|ACCESS_KEY|(^|_)KEYS?$)/;
const harmless = /(^|_)(PUBLIC|PUBLISHABLE|SITE)_KEY$/;

const values = [
  // A user and password, or a user alone that is a key, in a URL.
  /[a-z][a-z0-9+.-]*:\/\/([^/\s:@]*:(?!\d+\/)[^\s@]+|[0-9a-f]{32})@/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // Prefixes by which AWS, GitHub, GitLab, Slack, Stripe, SendGrid and age mark their keys.
  /\b(AKIA[A-Z0-9]{16}|gh[opsu]_\w{30}|github_pat_\w{30}|glpat-[\w-]{20}|xox[abpr]-[\w-]{10}|[rs]k_(live|test)_\w{16}|SG\.[\w-]{16}|AGE-SECRET-KEY-)/,
];

/** Whether a variable of this name holds a secret. */
export const namesSecret = (name: string): boolean => names.test(name) && !harmless.test(name);

/** Whether a value is a secret by its own form, whatever it is called; where it is JSON, each text in it counts by itself. */
export const isSecret = (value: string): boolean => texts(value).some((text) => values.some((form) => form.test(text)));

/** Texts of a JSON document, its keys among them; anything else is one text. */
function texts(value: string): string[] {
  if (!/^\s*[[{]/.test(value)) return [value];
  const found: string[] = [];
  try {
    JSON.parse(value, (key, inner: unknown) => {
      found.push(key, ...(typeof inner === "string" ? [inner] : []));
      return inner;
    });
    return found;
  } catch {
    return [value];
  }
}
