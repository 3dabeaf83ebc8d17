// Gateway frames as the JSON of tests/vectors/gateway-messages.json: byte strings are lower-case hexadecimal.
import { fromHex, toHex } from "../../firmware-bridge/frames/bytes.ts";
import type { GatewayFrame } from "../../gateway/wire/frame-types.ts";

const byteFields: ReadonlySet<string> = new Set([
  "nonce",
  "publicKey",
  "mac",
  "signature",
  "payload",
  "roomKey",
  "dialId",
]);

export const bytesFromHex = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return bytes;
};

/** Plain JSON values, to be compared with a vector. */
export const framesToJson = (frames: readonly GatewayFrame[]): unknown =>
  JSON.parse(JSON.stringify(frames, (_, value) => (value instanceof Uint8Array ? toHex(value) : value)));

export const framesFromJson = (frames: unknown): readonly GatewayFrame[] =>
  JSON.parse(JSON.stringify(frames), (key, value) => (byteFields.has(key) ? bytesFromHex(value) : value));
