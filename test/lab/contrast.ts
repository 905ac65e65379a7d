import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

export interface Contrast {
  readonly text: string;
  /** As WCAG 2.2 defines it, from 1 to 21. */
  readonly ratio: number;
}

const script = readFileSync(new URL("contrast.browser.js", import.meta.url), "utf8");

/** The contrast of every text on a page with what is behind it: plain colours, no pictures. */
export const contrasts = (page: Page): Promise<Contrast[]> => page.evaluate<Contrast[]>(script);
