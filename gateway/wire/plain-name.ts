// Names that somebody else chose, made fit to be shown beside other text: docs/protocol.md §2.2. Pure. Neighbours:
// roster.ts and peers/peer.ts apply it, peers/name-book.ts tells twins apart.
// Invariant: a plain name is either empty or has something to see, and none looks like text of the page.
import { cutUtf8 } from "../basics/utf8.ts";

export const maxNameBytes = 64;

/** What a person without a name is called. */
export const namelessPerson = "Somebody";
/** What a band without a name is called. */
export const namelessBand = "Band";

/**
 * What nobody can see, or what lets a name look like other text: controls and line breaks, noncharacters, and all that
 * Unicode says to ignore where it is not known (DerivedCoreProperties.txt), the marks that turn the direction of what
 * follows among them.
 */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/u;
/** Scripts in which U+200C and U+200D join letters or part them (as in RFC 5892, appendix A). */
const joiningLetter =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}]/u;
const pictograph = /\p{Extended_Pictographic}/u;
/** With a colour of skin, or with U+FE0F: both belong to the picture before them. */
const endOfPictograph = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]|\ufe0f/u;
/** Seen as a gap, and not spaces by Unicode: an empty Braille cell and a note without a head. */
const blanks = /[\p{Zs}\u2800\u{1d159}]+/gu;
/** A letter, digit, sign or picture: marks alone, and characters that no font has, are nothing to see. */
const visible = /[\p{L}\p{N}\p{P}\p{S}]/u;
/**
 * Reserved for telling twins apart: see `withMark`. Several in a row go together, or the first of them would stand at
 * the number again.
 */
const marks = /[#\ufe5f\uff03\u266f](?=[#\ufe5f\uff03\u266f\s\p{M}]*\p{N})/gu;

/** Empty when there is nothing to see. */
export const plainName = (name: string): string => {
  const plain = withoutUnseen(name).replace(blanks, " ").replace(marks, "").trim();
  return visible.test(plain) ? plain : "";
};

const withoutUnseen = (name: string): string => {
  const characters = [...name];
  let kept = "";
  let before = "";
  for (const [place, character] of characters.entries()) {
    if (unseen.test(character) && !isMeaningful(before, character, characters[place + 1] ?? "")) continue;
    kept += character;
    before = character;
  }
  return kept;
};

/** Some characters are invisible by themselves, and make letters or emoji of what stands around them. */
const isMeaningful = (before: string, character: string, after: string): boolean => {
  const isJoiner = character === "\u200d";
  if (character === "\ufe0f") return pictograph.test(before);
  if (isJoiner && endOfPictograph.test(before)) return pictograph.test(after);
  return (isJoiner || character === "\u200c") && joiningLetter.test(before) && joiningLetter.test(after);
};

/** A name as one's own roster holds it, whoever gave it: a band names itself. Perhaps nothing is left. */
export const shortPlainName = (name: string): string => plainName(cutUtf8(plainName(name), maxNameBytes));

/** A name with the number by which it is told apart from its twins. No plain name ends like this. */
export const withMark = (name: string, number: number): string => `${name} #${number}`;

/**
 * Letters that most fonts draw alike: of Cyrillic and Greek those like Latin ones (Unicode Technical Standard 39,
 * confusables.txt), and some digits.
 */
// biome-ignore format: a table
const lookalikes = new Map(
  [
    ["aа", "a"], ["bв", "b"], ["cсϲ", "c"], ["dԁ", "d"], ["eеҽ", "e"], ["gɡ", "g"], ["hһн", "h"], ["iіıι1|l", "l"], ["jј", "j"], ["kкκ", "k"], ["mм", "m"],
    ["nոη", "n"], ["oоο0օ", "o"], ["pрρ", "p"], ["qԛ", "q"], ["sѕ", "s"], ["tтτ", "t"], ["uսυ", "u"], ["vѵν", "v"], ["wԝω", "w"], ["xхχ", "x"], ["yуүγ", "y"],
  ].flatMap(([alike = "", latin = ""]) => [...alike].map((letter) => [letter, latin] as const)),
);

/** The same for names that look alike: without case, accents, gaps and joiners. */
export const skeletonOf = (name: string): string => {
  const bare = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Zs}\p{Default_Ignorable_Code_Point}]/gu, "");
  return [...bare].map((letter) => lookalikes.get(letter) ?? letter).join("");
};

/** That name, or with a number where one of the others looks like it: "Left", "Left 2". */
export const distinctName = (name: string, others: readonly string[]): string => {
  const taken = new Set(others.map(skeletonOf));
  if (!taken.has(skeletonOf(name))) return name;
  for (let number = 2; ; number++) {
    const suffix = ` ${number}`;
    const numbered = `${cutUtf8(name, maxNameBytes - suffix.length).trimEnd()}${suffix}`;
    if (!taken.has(skeletonOf(numbered))) return numbered;
  }
};

/** Bands of one person as they are shown: each has a name, and no two look alike. */
export const bandNames = (names: readonly string[]): readonly string[] => {
  const shown: string[] = [];
  for (const name of names) shown.push(distinctName(name || namelessBand, shown));
  return shown;
};
