// The simplest way to write it: each message of a probe is a DataChannel message of its own, sent to everybody at once.
import { readMark } from "../load/payload.ts";
import type { MessageKind } from "../load/workload.ts";
import { type BleMessage, benchTag, frameTypes, type RivalMode } from "./mode.ts";

const kindCodes: Readonly<Record<MessageKind, number>> = { sample: 0, gesture: 1 };
const headerBytes = 4;

const encode = ({ probe, kind, payload }: BleMessage): Uint8Array => {
  const message = new Uint8Array(headerBytes + payload.length);
  message[0] = benchTag;
  message[1] = frameTypes.perMessage;
  message[2] = probe;
  message[3] = kindCodes[kind];
  message.set(payload, headerBytes);
  return message;
};

export const perMessage: RivalMode = {
  frameType: frameTypes.perMessage,

  outgoing: ({ now, broadcast, meter }) => {
    const send = (message: BleMessage): void => {
      const startedMs = now();
      broadcast(encode(message));
      const tookMs = now() - startedMs;
      meter.left(1, tookMs, tookMs);
    };
    return { notify: send, sendNow: (messages) => messages.forEach(send), stop: () => undefined };
  },

  incoming: (message, onArrival) => {
    const mark = readMark(message, headerBytes);
    const [, , probe, kindCode] = message;
    if (mark === undefined || probe === undefined) return;
    onArrival({ kind: kindCode === kindCodes.gesture ? "gesture" : "sample", probe, count: 1, ...mark });
  },
};
