// The receiving end of one channel by the product's own codec and demux, on whichever thread it is put.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { RecordAllowance } from "../../gateway/admission/record-allowance.ts";
import { Demux } from "../../gateway/records/demux.ts";
import { Ledger } from "../../gateway/records/ledger.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import type { Roster } from "../../gateway/wire/roster.ts";
import { readMark } from "../load/payload.ts";

export const trialRoster: Roster = {
  version: 1,
  name: "sender",
  isHidden: false,
  probes: [{ index: 1, probeClass: 1, capabilities: 3, isConnected: true, name: "arm" }],
};

/** @param onGesture called with the moment at which the gesture was made, as its payload tells it */
export const receiveOn = (channel: RTCDataChannel, onGesture: (dueMs: number) => void): void => {
  const demux = new Demux({
    now: () => performance.now(),
    ledger: new Ledger(),
    allowance: new RecordAllowance(() => performance.now()),
    gate: () => "in-time",
    deliver: ({ kind, payload }) => {
      const mark = readMark(payload, 2);
      if (kind === kinds.gesture && mark !== undefined) onGesture(mark.dueMs);
    },
    onFlood: () => undefined,
  });
  demux.onRoster(trialRoster);
  channel.binaryType = "arraybuffer";
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    const decoded = decodeMessage(new Uint8Array(data));
    if ("malformed" in decoded) throw new Error(decoded.malformed);
    for (const frame of decoded.frames) if (frame.type === "aggregate") demux.onAggregate(frame);
  };
};
