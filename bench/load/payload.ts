// The payload of simulated probes: when the message was due, in which slice of the run, and text up to the requested
// size. Every mode carries it unchanged, so that all modes are measured by the same mark.

/** f64 time, u16 slice. */
export const markBytes = 10;

/** When a message was due to leave its probe, on the machine's clock. */
export interface Mark {
  readonly dueMs: number;
  readonly slice: number;
}

const textByte = 0x61;

export const writeMark = (bytes: Uint8Array, at: number, { dueMs, slice }: Mark): void => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  view.setFloat64(at, dueMs, true);
  view.setUint16(at + 8, slice, true);
};

/** Undefined where there are too few bytes. */
export const readMark = (bytes: Uint8Array, at = 0): Mark | undefined => {
  if (bytes.length < at + markBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { dueMs: view.getFloat64(at, true), slice: view.getUint16(at + 8, true) };
};

/** @param bytes at least `markBytes` */
export const makePayload = (bytes: number, mark: Mark): Uint8Array => {
  const payload = new Uint8Array(bytes).fill(textByte);
  writeMark(payload, 0, mark);
  return payload;
};
