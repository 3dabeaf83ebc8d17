// The corpora of tests/vectors/hostile: inputs that were chosen because somebody might choose them. Fuzzing finds what
// nobody thought of; these are what somebody did think of.
import { readFileSync } from "node:fs";
import { fromHex } from "../../firmware-bridge/frames/bytes.ts";

/** Plain, or in parts of which one with a number is repeated that often. */
type Parts = string | readonly (string | readonly [string, number])[];

const whole = (parts: Parts): string =>
  typeof parts === "string"
    ? parts
    : parts.map((part) => (typeof part === "string" ? part : part[0].repeat(part[1]))).join("");

const read = <Case>(name: string): readonly Case[] =>
  JSON.parse(readFileSync(new URL(`../vectors/hostile/${name}.json`, import.meta.url), "utf8")).cases;

const bytes = (parts: Parts): Uint8Array => {
  const decoded = fromHex(whole(parts));
  if (decoded === undefined) throw new Error("a vector is not hexadecimal");
  return decoded;
};

interface Why {
  readonly why: string;
}

export const hostileGatewayMessages = read<Why & { hex: Parts; malformed?: string }>("gateway-messages").map(
  ({ why, hex, malformed }) => ({ why, message: bytes(hex), malformed }),
);

export const hostileEarlFrames = read<Why & { hex: Parts; messages: number; longest?: number }>("earl-frames").map(
  ({ hex, longest = 0, ...rest }) => ({ ...rest, longest, chunk: bytes(hex) }),
);

export const hostileSignaling = read<Why & { value: unknown }>("signaling-messages");

export const hostileInvites = read<Why & { text: Parts }>("invites").map(({ why, text }) => ({
  why,
  text: whole(text),
}));

export const hostileDescriptions = read<Why & { sdp: string; refused: string }>("session-descriptions");

export const hostileStoredTexts = read<Why & { key: string; text: Parts }>("stored-texts").map(
  ({ why, key, text }) => ({ why, key, text: whole(text) }),
);

export const hostileUpgradeRequests = read<Why & { url: Parts }>("upgrade-requests").map(({ why, url }) => ({
  why,
  url: whole(url),
}));
