// Several people in one line of text. Pure.

/** More names than that nobody reads. */
const maxNamed = 3;

/** "Mira, Tom and Nora", or "Mira, Tom, Nora and 2 more"; who has no name is somebody. */
export const namesText = (names: readonly string[]): string => {
  const named = names.slice(0, maxNamed).map((name) => name || "Somebody");
  const last = names.length > maxNamed ? `${names.length - maxNamed} more` : named.pop();
  return named.length === 0 ? (last ?? "") : `${named.join(", ")} and ${last}`;
};
