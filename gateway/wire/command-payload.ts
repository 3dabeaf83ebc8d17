// A command's payload begins with the probe that is meant, docs/protocol.md §2.3; what follows is for the probe, as it
// will be written to it.
import { ByteReader, ByteWriter } from "../../firmware-bridge/frames/bytes.ts";

export interface TargetedPayload {
  /** Index in the receiver's roster; 0: any that can. */
  readonly target: number;
  readonly payload: Uint8Array;
}

export const encodeCommandTarget = (target: number, payload: Uint8Array): Uint8Array =>
  new ByteWriter().varint(target).bytes(payload).take();

/** The payload is a view. Undefined when there is no target to read. */
export const splitCommandTarget = (bytes: Uint8Array): TargetedPayload | undefined => {
  const reader = new ByteReader(bytes);
  const target = reader.varint();
  return reader.failed ? undefined : { target, payload: reader.bytes(reader.remaining) };
};
