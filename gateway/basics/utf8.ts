// The text codec of the platform, declared once, because the pure folders know neither DOM nor Node types. Every page
// and Node have it.

declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: "utf-8",
  options: { fatal: true; ignoreBOM: true },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
// A byte order mark is a character like any other here, so that what was encoded comes back as it was.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** A lone surrogate, which UTF-8 cannot say, becomes U+FFFD. */
export const encodeUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Undefined for bytes that are not UTF-8. */
export const decodeUtf8 = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/** The longest beginning of `text` that fits `maxBytes` of UTF-8 and cuts no code point in two. */
export const cutUtf8 = (text: string, maxBytes: number): string => {
  const bytes = encodeUtf8(text);
  if (bytes.length <= maxBytes) return text;
  let end = maxBytes;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--; // 10xxxxxx continues the code point before it.
  return decodeUtf8(bytes.subarray(0, end)) ?? "";
};
