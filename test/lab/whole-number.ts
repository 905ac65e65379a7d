import { InvalidArgumentError } from "commander";

/** An option that is a whole number, of as many digits as a seed of 32 bits has. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
