// The frames between two gateways and their limits, docs/protocol.md §2: types and numbers only.
// How each is laid out in bytes stands in frame-layouts.ts.
import type { GatewayRecord } from "./record.ts";
import type { Roster } from "./roster.ts";

export const protocolVersion = 1;

export const frameCodes = {
  hello: 0x01,
  answer: 0x02,
  proof: 0x03,
  ready: 0x04,
  roster: 0x05,
  aggregate: 0x06,
  interest: 0x07,
  ping: 0x08,
  pong: 0x09,
  members: 0x0a,
  bye: 0x0b,
  neighbourOffer: 0x0c,
  neighbourAnswer: 0x0d,
  done: 0x0e,
  keyProposal: 0x0f,
} as const satisfies Readonly<Record<FrameType, number>>;

export const byeReasons = {
  leaving: 1,
  newerChannel: 2,
  newerEpoch: 3,
  malformed: 4,
  limits: 5,
  other: 6,
  /** From the room, by a new key that the other end does not get. */
  removed: 7,
  /** To the room's new key. */
  moved: 8,
} as const;
export type ByeReason = keyof typeof byeReasons;

/** What became of a write that a record caused at a probe of its receiver. */
export const doneOutcomes = { written: 1, superseded: 2, expired: 3, failed: 4 } as const;
export type DoneOutcome = keyof typeof doneOutcomes;

// Limits of one message; what is beyond them is malformed.
/** Far above the one packet that we fill ourselves, and below what any browser's DataChannel takes in one message. */
export const maxMessageBytes = 16_384;
export const maxFrames = 16;
export const maxRecords = 512;
export const maxPayloadBytes = 1024;
export const maxSequence = 2 ** 32 - 1;
export const maxLifetimeMs = 60_000;
export const maxInterestEntries = 16;
export const maxIntervalMs = 60_000;
export const maxMembers = 128;
/**
 * One person at a time, as a page removes them: with keys that remove many a single member could part all from all
 * (docs/protocol.md §4).
 */
export const maxRemoved = 1;
/** More than two busy peers cause in the second for which they are collected: ten bands, four times a second each. */
export const maxDoneWrites = 64;
export const dialIdBytes = 16;
/**
 * An offer with forty candidates in it stays below 8,000 characters; with this the frame is about half of a message.
 */
export const maxNeighbourSdpBytes = 8_192;

/** What one SCTP packet carries of user data beside a SACK: 1163 − 16 bytes (`dcsctp_options.h`). */
export const maxPacketBytes = 1147;

// Sizes in the handshake, docs/protocol.md §2.1.
export const nonceBytes = 32;
/** An uncompressed P-256 point. */
export const publicKeyBytes = 65;
export const macBytes = 32;
/** ECDSA P-256, r ‖ s. */
export const signatureBytes = 64;
/** A prefix of the key's SHA-256. */
export const gatewayIdBytes = 16;

export interface Hello {
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
  /** From 1. */
  readonly epoch: number;
}

export interface Proof {
  readonly mac: Uint8Array;
  readonly signature: Uint8Array;
}

export interface Answer extends Hello, Proof {}

export interface Aggregate {
  readonly rosterVersion: number;
  /** At least one. */
  readonly records: readonly GatewayRecord[];
}

export interface InterestEntry {
  /** Index in the roster of the gateway that is asked; 0: every probe. */
  readonly probe: number;
  /** Between two samples of the same kind of that probe; 0: all of them. */
  readonly minIntervalMs: number;
}

export interface Interest {
  /** From 1; one that is not higher than the last is ignored. */
  readonly version: number;
  readonly entries: readonly InterestEntry[];
}

export interface Members {
  /** As in interest. */
  readonly version: number;
  readonly sessionIds: readonly string[];
}

/** Cumulative counts of records for a pair of gateways in their present epochs, docs/protocol.md §2.6. */
export interface LedgerReport {
  readonly sent: number;
  readonly droppedBeforeSend: number;
  /** On channels before this one. */
  readonly receivedEarlier: number;
  /** On this channel. */
  readonly received: number;
  readonly delivered: number;
  readonly duplicate: number;
  readonly late: number;
  readonly dropped: number;
}

export interface Ping {
  readonly id: number;
  readonly t1Us: number;
  readonly ledger: LedgerReport;
}

export interface Pong {
  readonly id: number;
  readonly t2Us: number;
  readonly t3Us: number;
  readonly ledger: LedgerReport;
}

export interface Bye {
  /** One of `byeReasons`, or a code that this version does not know. */
  readonly reason: number;
}

/**
 * How one of two members describes its end of a connection to the other, through a peer that both are connected to,
 * docs/protocol.md §2.11.
 */
export interface NeighbourDescription {
  /** Session id of the member that described itself. */
  readonly from: string;
  /** Session id of the member that it is meant for. */
  readonly to: string;
  /** The same in an offer and in the answer to it. */
  readonly dialId: Uint8Array;
  /** Printable, with all candidates in it, if its sender is honest. */
  readonly sdp: string;
}

/** A record of the receiver has caused a write to one of the sender's probes, and that write is over. */
export interface DoneWrite {
  /** Index in the roster of the receiver of this frame; 0: its gateway. */
  readonly probe: number;
  readonly sequence: number;
  /** When the write was over, on the clock of the sender of this frame. */
  readonly timeUs: number;
  /** One of `doneOutcomes`, or a code that this version does not know. */
  readonly outcome: number;
}

/** The sender proposes that the room moves to another key, docs/protocol.md §4. */
export interface KeyProposal {
  readonly roomKey: Uint8Array;
  /** Gateway id of the member that made the key. */
  readonly by: string;
  /** The sender moves to this key, whatever lower key it hears of. */
  readonly isSettled: boolean;
  /** Gateway ids of the members that do not get the key. */
  readonly removed: readonly string[];
}

export type GatewayFrame =
  | ({ readonly type: "hello" } & Hello)
  | ({ readonly type: "answer" } & Answer)
  | ({ readonly type: "proof" } & Proof)
  | { readonly type: "ready" }
  | ({ readonly type: "roster" } & Roster)
  | ({ readonly type: "aggregate" } & Aggregate)
  | ({ readonly type: "interest" } & Interest)
  | ({ readonly type: "ping" } & Ping)
  | ({ readonly type: "pong" } & Pong)
  | ({ readonly type: "members" } & Members)
  | ({ readonly type: "bye" } & Bye)
  | { readonly type: "done"; readonly writes: readonly DoneWrite[] }
  | ({ readonly type: "keyProposal" } & KeyProposal)
  | ({ readonly type: "neighbourOffer" } & NeighbourDescription)
  | ({ readonly type: "neighbourAnswer" } & NeighbourDescription);

export type FrameType = GatewayFrame["type"];
export type FrameOf<Type extends FrameType> = Extract<GatewayFrame, { readonly type: Type }>;
export type NeighbourFrame = FrameOf<"neighbourOffer" | "neighbourAnswer">;
