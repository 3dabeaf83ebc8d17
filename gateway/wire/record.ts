// One probe message in transit, and what its kind means for its way: docs/protocol.md §2.3. Codec, mux and demux all
// speak of records.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";

export interface GatewayRecord {
  /** Index in the sender's roster; 0 is the gateway itself. */
  readonly probe: number;
  readonly kind: number;
  /** Below 2^32, counted per probe and epoch. */
  readonly sequence: number;
  /** When the sender's gateway received or made it, on the sender's clock. */
  readonly timeUs: number;
  /** 0: none. */
  readonly lifetimeMs: number;
  /** In a record that was received: a view into the message. Copy what outlives the call. */
  readonly payload: Uint8Array;
}

/** Urgent records and commands have an effect, and are worse than useless when they come late. */
export type RecordClass = "urgent" | "command" | "sample" | "status";

export const recordClass = (kind: number): RecordClass => {
  switch (kind) {
    case kinds.gesture:
    case kinds.button:
      return "urgent";
    case kinds.vibrate:
    case kinds.led:
    case kinds.rate:
      return "command";
    case kinds.battery:
      return "status";
    default:
      return "sample";
  }
};

export const hasEffect = (kind: number): boolean => {
  const itsClass = recordClass(kind);
  return itsClass === "urgent" || itsClass === "command";
};

/**
 * The goal for a gesture is half a second to the other wrist. After twice that time nobody connects the buzz with the
 * arm that moved.
 */
export const effectLifetimeMs = 1000;

export const lifetimeMsOf = (kind: number): number => (hasEffect(kind) ? effectLifetimeMs : 0);

/**
 * How long samples and status are held back to share a packet. Below the 200 ms after which SCTP sends a SACK alone, so
 * that SACKs ride on data. Measured among four pages with four probes at 4 Hz each (docs/measurements.md), packets a
 * second: where probes begin at any time, 100 ms 108, 150 to 200 ms 74 to 77, 250 ms 65, 500 ms 46; where all begin at
 * once, 50 to 200 ms 86 to 89, 250 ms 69, 500 ms 47. So this is a choice between delay and packets, not an optimum.
 */
export const defaultWindowMs = 180;

/**
 * Never longer: a picture of an arm that moves once a second is the least that still shows a movement. 0 sends each
 * record alone.
 */
export const windowRangeMs = { least: 0, most: 1000 } as const;

/** Throws RangeError for what is no window. */
export const checkWindowMs = (windowMs: number): number => {
  if (windowMs >= windowRangeMs.least && windowMs <= windowRangeMs.most) return windowMs;
  throw new RangeError(`not within ${windowRangeMs.least}…${windowRangeMs.most} ms: ${windowMs}`);
};

/** On the clock of the gateway that made the record. */
export const isExpired = ({ timeUs, lifetimeMs }: GatewayRecord, nowMs: number): boolean =>
  lifetimeMs > 0 && timeUs / 1000 + lifetimeMs < nowMs;

/** One number for a probe's records of one kind; kinds are one byte. */
export const probeKindKey = ({ probe, kind }: Pick<GatewayRecord, "probe" | "kind">): number => probe * 256 + kind;
