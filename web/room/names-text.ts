// People in a line of text. Pure.
import { namelessPerson } from "../../gateway/wire/plain-name.ts";

/** More names than that nobody reads. */
const maxNamed = 3;

/** Without a name, a person is shown as "Somebody". */
export const nameInText = (name: string): string => name.trim() || namelessPerson;

/** "Mira, Tom and Nora", or "Mira, Tom, Nora and 2 more". */
export const namesText = (names: readonly string[]): string => {
  const named = names.slice(0, maxNamed).map(nameInText);
  const last = names.length > maxNamed ? `${names.length - maxNamed} more` : named.pop();
  return named.length === 0 ? (last ?? "") : `${named.join(", ")} and ${last}`;
};
