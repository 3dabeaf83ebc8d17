// One DataChannel message becomes frames, docs/protocol.md §2. It never throws: what does not read as written there is
// malformed, with the reason, and its sender loses the channel. Byte fields are views into the message. The bodies are
// the business of frame-layouts.ts.
import { ByteReader } from "../../firmware-bridge/frames/bytes.ts";
import { frameLayouts } from "./frame-layouts.ts";
import {
  type FrameType,
  frameCodes,
  type GatewayFrame,
  maxFrames,
  maxMessageBytes,
  protocolVersion,
} from "./frame-types.ts";

/**
 * `bad-<type>`: the body of a frame of that type. `bad-header`: a type or length that cannot be read or runs past the
 * end.
 */
export type MalformedReason =
  | "too-long"
  | "wrong-version"
  | "no-frame"
  | "too-many-frames"
  | "bad-header"
  | `bad-${FrameType}`;

export type DecodedMessage =
  | {
      readonly frames: readonly GatewayFrame[];
      /** Frames of a type that this version does not know. */
      readonly skipped: number;
    }
  | { readonly malformed: MalformedReason };

const typeOfCode: ReadonlyMap<number, FrameType> = new Map(
  (Object.keys(frameCodes) as FrameType[]).map((type) => [frameCodes[type], type]),
);

export const decodeMessage = (message: Uint8Array): DecodedMessage => {
  if (message.length > maxMessageBytes) return { malformed: "too-long" };
  const reader = new ByteReader(message);
  if (reader.u8() !== protocolVersion) return { malformed: "wrong-version" };
  if (reader.remaining === 0) return { malformed: "no-frame" };
  const frames: GatewayFrame[] = [];
  let skipped = 0;
  while (reader.remaining > 0) {
    if (frames.length + skipped === maxFrames) return { malformed: "too-many-frames" };
    const code = reader.u8();
    const bodyBytes = reader.bytes(reader.varint());
    if (reader.failed) return { malformed: "bad-header" };
    const type = typeOfCode.get(code);
    if (type === undefined) {
      skipped++;
      continue;
    }
    const layout = frameLayouts[type];
    const body = new ByteReader(bodyBytes);
    const frame = layout.read(body);
    if (body.failed || (body.remaining > 0 && !layout.mayGrow)) return { malformed: `bad-${type}` };
    frames.push(frame);
  }
  return { frames, skipped };
};
