/**
 * How a migration is called, wherever its name comes from: a plan that an image printed, an approval, an argument, the
 * record of releases. A name that is none is refused before anything is done with it. host/migration/facts.sh holds
 * plans against the same pattern.
 */
const app = "[A-Za-z0-9_]{1,255}";
/** Never an option: the first character is no hyphen. */
const name = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}";

/** An application, such as `shop`. */
export const appPattern = new RegExp(`^${app}$`);
/** A migration of an application, such as `0007_order_paid`. */
export const namePattern = new RegExp(`^${name}$`);
/** Both, such as `shop.0007_order_paid`; `shop.zero` stands for before the first one. */
export const migrationPattern = new RegExp(`^${app}\\.${name}$`);

/** Separated by spaces, as records hold them; an empty text is none. */
export const areMigrations = (text: string): boolean =>
  text === "" || text.split(" ").every((word) => migrationPattern.test(word));
