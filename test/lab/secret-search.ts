export type Form = "clear" | "escaped" | "URL-encoded" | "base64";

export interface Match {
  /** The secret's label. */
  readonly which: string;
  readonly form: Form;
}

interface Needle {
  readonly which: string;
  readonly text: string;
  readonly form: "clear" | "base64";
}

/** Below this, a secret's encoded forms would turn up by chance. */
const LEAST_LENGTH = 8;

/** Finds secrets in text, in clear or encoded. It knows the values, and never gives one out. */
export class SecretSearch {
  readonly #needles: readonly Needle[];

  /**
   * @param secrets label → value
   * @throws when there are none, or one is so short that finding it would mean nothing.
   */
  constructor(secrets: Readonly<Record<string, string>>) {
    const entries = Object.entries(secrets);
    if (entries.length === 0) throw new Error("secret search: no secrets given, so nothing could be found; name some");
    for (const [which, value] of entries) {
      if (value.length < LEAST_LENGTH) {
        throw new Error(
          `secret search: "${which}" has ${String(value.length)} characters; with fewer than ${String(LEAST_LENGTH)} chance hits are likely`,
        );
      }
    }
    this.#needles = entries.flatMap(([which, value]) => [
      ...parts(value).map((text) => ({ which, text, form: "clear" as const })),
      ...inBase64(value).map((text) => ({ which, text, form: "base64" as const })),
    ]);
  }

  /** What a text gives away, each secret at most once in each form. */
  matches(text: string): Match[] {
    const found = new Map<string, Match>();
    for (const { form, view } of views(text)) {
      for (const needle of this.#needles) {
        if (!view.includes(needle.text)) continue;
        const match = { which: needle.which, form: needle.form === "base64" ? needle.form : form };
        const known = [...found.values()].some(({ which }) => which === match.which);
        // A value in clear is the same in every view; the plainest is what counts.
        if (form === "clear" || !known) found.set(`${match.which} ${match.form}`, match);
      }
    }
    return [...found.values()];
  }
}

/** A secret of several lines, such as a key in PEM, is also given away by its longer lines. */
function parts(value: string): string[] {
  const inner = value.split("\n").map((line) => line.trim());
  const telling = inner.filter((line) => line.length >= 24 && !line.startsWith("-----"));
  return value.includes("\n") ? [value.trim(), ...telling] : [value];
}

/**
 * Inside longer data a value's base64 depends on how many bytes stand before it, modulo three. Of each of the three
 * cases only those characters count that no neighbouring byte takes part in.
 */
function inBase64(value: string): string[] {
  const bytes = Buffer.from(value);
  const forms = new Set<string>();
  for (const before of [0, 1, 2]) {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = encoded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    forms.add(own);
    forms.add(own.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [...forms];
}

/** The text as it stands, and as readers of it would decode it. JSON inside JSON is escaped twice. */
function views(text: string): { form: "clear" | "escaped" | "URL-encoded"; view: string }[] {
  const once = unescape(text);
  const twice = unescape(once);
  const unwrapped = text.replaceAll(/(?<![A-Za-z0-9+/])([A-Za-z0-9+/]{40,})\r?\n(?=[A-Za-z0-9+/])/g, "$1");
  const all = [
    { form: "clear" as const, view: text },
    { form: "clear" as const, view: unwrapped },
    { form: "escaped" as const, view: once },
    { form: "escaped" as const, view: twice },
    { form: "URL-encoded" as const, view: percentDecode(text) },
    { form: "URL-encoded" as const, view: percentDecode(twice) },
    { form: "URL-encoded" as const, view: percentDecode(twice.replaceAll("+", " ")) },
  ];
  return all.filter(({ view }, index) => all.findIndex((other) => other.view === view) === index);
}

const controls: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/** Undoes the escapes of JSON, as Go writes it too (\u0026 for &), and of the shell. */
function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code: string | undefined, character: string) =>
    code === undefined ? (controls[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (encoded) =>
    Buffer.from(encoded.replaceAll("%", ""), "hex").toString(),
  );
}
