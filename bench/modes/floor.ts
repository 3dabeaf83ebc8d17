// The least that the transport costs: raw messages that are made before they are needed and read by nobody. A gesture
// is one small message at once; samples are one message for each window, as long as the product's aggregate of as many
// samples would be.
import { aggregateOverheadBytes } from "../../gateway/wire/aggregate-layout.ts";
import { markBytes, readMark, writeMark } from "../load/payload.ts";
import { type BleMessage, benchTag, frameTypes, type OutgoingContext, type RivalMode } from "./mode.ts";
import { WindowBatch } from "./window-batch.ts";

/** Tag, type, whether a gesture, count of messages (u16), mark. */
const countAt = 3;
const markAt = 5;
const headerBytes = markAt + markBytes;
/**
 * Probe, kind, sequence, time, lifetime and length of one record in the product's aggregate, as short as they are in
 * such a run.
 */
const recordHeaderBytes = 8;

interface ReadyMade {
  readonly count: number;
  readonly bytes: number;
}

const make = (isGesture: boolean, { count, bytes }: ReadyMade): Uint8Array => {
  const message = new Uint8Array(Math.max(headerBytes, bytes));
  message[0] = benchTag;
  message[1] = frameTypes.floor;
  message[2] = isGesture ? 1 : 0;
  new DataView(message.buffer).setUint16(countAt, count, true);
  return message;
};

const aggregateOf = (payloads: readonly number[]): ReadyMade => ({
  count: payloads.length,
  bytes: payloads.reduce((sum, bytes) => sum + bytes + recordHeaderBytes, aggregateOverheadBytes),
});

export const floor: RivalMode = {
  frameType: frameTypes.floor,

  outgoing: (context: OutgoingContext) => {
    const { now, slice, broadcast, meter } = context;
    const gesture = make(true, { count: 1, bytes: headerBytes });
    /** By count and length: a run has few of them. */
    const readyMade = new Map<number, Uint8Array>();
    const sendAggregate = (payloads: readonly number[], dueMs: number, isGesture: boolean): void => {
      const wanted = aggregateOf(payloads);
      const key = wanted.count * 65_536 + wanted.bytes;
      const message = readyMade.get(key) ?? make(isGesture, wanted);
      readyMade.set(key, message);
      writeMark(message, markAt, { dueMs, slice });
      broadcast(message);
    };
    const batch = new WindowBatch<number>({
      ...context,
      send: (payloads, dueMs) => sendAggregate(payloads, dueMs, false),
    });
    const sendGesture = ({ payload }: BleMessage): void => {
      const startedMs = now();
      gesture.set(payload.subarray(0, markBytes), markAt);
      broadcast(gesture);
      const tookMs = now() - startedMs;
      meter.left(1, tookMs, tookMs);
    };
    return {
      notify: (message) => (message.kind === "gesture" ? sendGesture(message) : batch.add(message.payload.length)),
      sendNow: (messages) => {
        const first = messages[0];
        if (first === undefined) return;
        if (messages.length === 1 && first.kind === "gesture") return sendGesture(first);
        const dueMs = readMark(first.payload)?.dueMs ?? now();
        const payloads = messages.map(({ payload }) => payload.length);
        batch.timed(messages.length, () => sendAggregate(payloads, dueMs, first.kind === "gesture"));
      },
      stop: () => batch.stop(),
    };
  },

  incoming: (message, onArrival) => {
    const mark = readMark(message, markAt);
    if (mark === undefined) return;
    const count = (message[countAt] ?? 0) + 256 * (message[countAt + 1] ?? 0);
    onArrival({ kind: message[2] === 1 ? "gesture" : "sample", count, ...mark });
  },
};
