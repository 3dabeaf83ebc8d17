// In which coding a file of the page is sent: what the client accepts and what the build has written.
// Neighbours: precompress.ts writes each coding into a folder of its own, page.ts serves from there.

export interface ContentCoding {
  /** As in Accept-Encoding and Content-Encoding. */
  readonly name: "br" | "gzip";
  /** In the folder of the page, and no part of it: with a dot at its start it cannot be asked for by name. */
  readonly folder: string;
}

/** The smallest output comes first: where a client likes several codings alike, it gets the first. */
export const contentCodings: readonly ContentCoding[] = [
  { name: "br", folder: ".br" },
  { name: "gzip", folder: ".gzip" },
];

/**
 * The best coding that the header allows (RFC 9110, §12.5.3); undefined stands for the file as it is. Express can
 * choose, too, but follows the order of the header where the client likes several alike, and browsers name gzip first.
 */
export const chooseCoding = (acceptEncoding: string | undefined): ContentCoding | undefined => {
  const qualities = new Map((acceptEncoding ?? "").split(",").map(readPreference));
  /** A client that does not mention the file as it is takes it, but likes everything better that it does mention. */
  let best = { coding: undefined as ContentCoding | undefined, quality: qualities.get("identity") ?? 0 };
  for (const coding of contentCodings.toReversed()) {
    const quality = qualities.get(coding.name) ?? qualities.get("*") ?? 0;
    if (quality > 0 && quality >= best.quality) best = { coding, quality };
  }
  return best.coding;
};

/** A quality that is no number is 0: the file as it is can be read by everybody. */
const readPreference = (text: string): readonly [coding: string, quality: number] => {
  const [coding = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  return [coding, given === undefined ? 1 : Number(given.slice("q=".length)) || 0];
};
