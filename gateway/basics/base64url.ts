// base64url without padding (RFC 4648 §5), strict: one text for each sequence of bytes, so that a room key has one
// invite.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

export const toBase64url = (bytes: Uint8Array): string => {
  let text = "";
  let bits = 0;
  let bitCount = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    for (bitCount += 8; bitCount >= 6; bitCount -= 6) text += alphabet.charAt((bits >> (bitCount - 6)) & 63);
    bits &= (1 << bitCount) - 1;
  }
  return bitCount === 0 ? text : text + alphabet.charAt(bits << (6 - bitCount));
};

/** Undefined for a foreign character, padding, an impossible length, and unused bits that are not 0. */
export const fromBase64url = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(Math.floor((text.length * 6) / 8));
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  for (const character of text) {
    const value = alphabet.indexOf(character);
    if (value < 0) return undefined;
    bits = (bits << 6) | value;
    bitCount += 6;
    if (bitCount < 8) continue;
    bitCount -= 8;
    bytes[at++] = bits >> bitCount;
    bits &= (1 << bitCount) - 1;
  }
  return bitCount < 6 && bits === 0 ? bytes : undefined;
};
