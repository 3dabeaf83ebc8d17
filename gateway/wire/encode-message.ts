// Frames become one DataChannel message, docs/protocol.md §2. Pure and synchronous; the inverse of decode-message.ts.
// The bodies are the business of frame-layouts.ts.
import { ByteWriter } from "../../firmware-bridge/frames/bytes.ts";
import { requireAtMost } from "./fields.ts";
import { type FrameLayouts, frameLayouts } from "./frame-layouts.ts";
import {
  type FrameOf,
  type FrameType,
  frameCodes,
  type GatewayFrame,
  maxFrames,
  maxMessageBytes,
  protocolVersion,
} from "./frame-types.ts";

// Kept from message to message, so that encoding allocates little beside its result. Nothing here calls out while they
// are in use.
const message = new ByteWriter(2048);
const body = new ByteWriter(2048);

/** @throws RangeError when a frame is beyond a limit of the protocol: a bug of the caller. */
export const encodeMessage = (frames: readonly GatewayFrame[]): Uint8Array => {
  if (frames.length === 0) throw new RangeError("a message without a frame");
  requireAtMost(frames.length, maxFrames, "frames");
  message.reset().u8(protocolVersion);
  for (const frame of frames) {
    writeBody(frame.type, frame);
    message.u8(frameCodes[frame.type]).varint(body.length).bytes(body.written);
  }
  requireAtMost(message.length, maxMessageBytes, "bytes of message");
  return message.take();
};

const layouts: FrameLayouts = frameLayouts;

const writeBody = <Type extends FrameType>(type: Type, frame: FrameOf<Type>): void =>
  layouts[type].write(body.reset(), frame);
