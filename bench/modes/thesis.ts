// The gateway of the thesis: everything waits for a fixed window of 250 ms, and leaves as JSON that PeerJS's serializer
// makes again for each connection (dist/bundler.mjs of PeerJS 1.5.5: JSON.stringify, then TextEncoder).
import { readMark } from "../load/payload.ts";
import { type BleMessage, benchTag, frameTypes, type OutgoingContext, type RivalMode } from "./mode.ts";
import { WindowBatch } from "./window-batch.ts";

export const thesisWindowMs = 250;

interface ThesisRecord {
  readonly probe: number;
  readonly kind: BleMessage["kind"];
  readonly time: number;
  readonly slice: number;
  readonly text: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const recordOf = ({ probe, kind, payload }: BleMessage): ThesisRecord => {
  const mark = readMark(payload);
  // The thesis sent strings; as many characters as the payload has bytes.
  return { probe, kind, time: mark?.dueMs ?? 0, slice: mark?.slice ?? 0, text: "a".repeat(payload.length) };
};

const encode = (records: readonly ThesisRecord[]): Uint8Array => {
  const json = encoder.encode(JSON.stringify(records));
  const message = new Uint8Array(2 + json.length);
  message[0] = benchTag;
  message[1] = frameTypes.thesis;
  message.set(json, 2);
  return message;
};

export const thesis: RivalMode = {
  frameType: frameTypes.thesis,

  outgoing: (context: OutgoingContext) => {
    const { broadcastEach } = context;
    const send = (records: readonly ThesisRecord[]): void => broadcastEach(() => encode(records));
    const batch = new WindowBatch<ThesisRecord>({ ...context, windowMs: thesisWindowMs, send });
    return {
      notify: (message) => batch.add(recordOf(message)),
      sendNow: (messages) => batch.timed(messages.length, () => send(messages.map(recordOf))),
      stop: () => batch.stop(),
    };
  },

  incoming: (message, onArrival) => {
    const records = JSON.parse(decoder.decode(message.subarray(2))) as readonly ThesisRecord[];
    for (const { probe, kind, time, slice } of records) onArrival({ kind, probe, dueMs: time, slice, count: 1 });
  },
};
