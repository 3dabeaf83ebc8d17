// The receiving end of one channel by the product's own codec and demux, on whichever thread it is put.
import { kinds } from "../../firmware-bridge/kinds.ts";
import { decodeMessage } from "../../gateway/decode-message.ts";
import { Demux } from "../../gateway/demux.ts";
import { Ledger } from "../../gateway/ledger.ts";
import { RecordAllowance } from "../../gateway/record-allowance.ts";
import type { Roster } from "../../gateway/roster.ts";
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
