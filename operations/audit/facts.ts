/** What host/audit/facts.sh prints, fact by fact. */
import { UndecidedError } from "../../policies/unknown.ts";

export interface Fact {
  /** Exit status; 127: the tool is not there. */
  status: number;
  lines: string[];
}

export class Facts {
  readonly #facts = new Map<string, Fact>();
  readonly #missing: string | undefined;

  /** @param missing why nothing could be asked, where that is so */
  constructor(text: string, missing?: string) {
    this.#missing = missing;
    let current: Fact | undefined;
    for (const line of text.split("\n")) {
      const [, name, status] = /^([\w-]+) (\d+)$/.exec(line) ?? [];
      if (name !== undefined) this.#facts.set(name, (current = { status: Number(status), lines: [] }));
      else if (line.startsWith(" ") && line.trim() !== "") current?.lines.push(line.slice(1));
    }
  }

  /** Whatever came of it. @throws UndecidedError where it was not asked, or the tool is missing */
  get(name: string, mend: string): Fact {
    const fact = this.#facts.get(name);
    if (!fact) throw new UndecidedError({ where: name, found: this.#missing ?? "the host did not tell" }, mend);
    if (fact.status === 127) throw new UndecidedError({ where: name, found: said(fact) }, mend);
    return fact;
  }

  /** Lines of a fact that only adds to what another tells. */
  optional(name: string): string[] {
    const fact = this.#facts.get(name);
    return fact?.status === 0 ? fact.lines : [];
  }

  /** Lines of a fact. @throws UndecidedError also where the tool failed */
  lines(name: string, mend: string): string[] {
    const fact = this.get(name, mend);
    if (fact.status !== 0) throw new UndecidedError({ where: name, found: said(fact) }, mend);
    return fact.lines;
  }
}

/** The last line tells the error. */
const said = ({ status, lines }: Fact): string =>
  `could not be asked: ${lines.at(-1)?.trim() ?? `exit status ${status}`}`;
