// When two gateways that should be connected dial each other, which of them dials, and which of two connections between
// them stays. These are pure rules without state; the state is in membership.ts. Both ends apply the same rules to what
// both know, so they seldom dial at the same time.
import { backoffMs, jittered } from "../basics/backoff.ts";
import type { RandomUnit } from "../basics/runtime.ts";
import type { Channel } from "../wire/channel.ts";

/**
 * A page that dialled a whole room at once would starve every handshake; four keep a phone busy and finish 25 in about
 * 3 s.
 */
export const maxDialsAtOnce = 4;
/** In any one second: a room that lost its network comes back without flooding the signaling server. */
export const maxDialsPerSecond = 8;

/**
 * The page that came later dials at once. Only when that has not succeeded by then, it is the lower session id's turn …
 */
export const lowerWaitMs = 8_000;
/** … and at last the higher's, because the lower may be unable to dial, too. */
export const higherWaitMs = 16_000;

/**
 * A pair that lost its channel: the lower id dials again about as soon as both ends can know, the higher id when the
 * lower has had its chance.
 */
export const lowerRedialMs = 1_000;
export const higherRedialMs = 8_000;

export const firstBackoffMs = 1_000;
/**
 * A room has to be whole within 30 s after the fault has ended: this wait, and the dial that then succeeds, take less.
 */
export const longestBackoffMs = 20_000;

type DialledChannel = Pick<Channel, "localSessionId" | "remoteSessionId" | "dialedBy">;

/** What carries offer and answer: the server, or a peer that is connected to both ends. */
export type DialWay = { readonly kind: "server" } | { readonly kind: "neighbour"; readonly sessionId: string };

/** One end's view of a missing pair. */
interface Pair {
  readonly ownSessionId: string;
  readonly otherSessionId: string;
}

/** How long to wait for the other, when it is not our turn first. */
export const firstDialDelayMs = ({ ownSessionId, otherSessionId }: Pair): number =>
  ownSessionId < otherSessionId ? lowerWaitMs : higherWaitMs;

/** How long to wait after a channel was lost. */
export const redialDelayMs = ({ ownSessionId, otherSessionId }: Pair, random: RandomUnit): number =>
  ownSessionId < otherSessionId ? jittered(lowerRedialMs, random) : higherRedialMs;

/** How long to wait after a number of failed dials in a row, from 1. */
export const dialBackoffMs = (failures: number, random: RandomUnit): number =>
  backoffMs(failures, { firstMs: firstBackoffMs, longestMs: longestBackoffMs }, random);

interface WayOptions {
  readonly otherSessionId: string;
  readonly isServerUp: boolean;
  /** Session ids of the connected peers that say that they are connected to the other end. */
  readonly neighbourSessionIds: readonly string[];
  /** Since the pair was connected last. */
  readonly tried: readonly DialWay[];
}

/**
 * The server first; after a failure, or while it is away, one neighbour after the other, and so round. They are taken
 * in the order of their ids from the other's id on: as ids are random, the pairs of a room that lost its network spread
 * over all neighbours.
 */
export const nextWay = ({
  otherSessionId,
  isServerUp,
  neighbourSessionIds,
  tried,
}: WayOptions): DialWay | undefined => {
  const sorted = [...neighbourSessionIds].sort();
  const around = [...sorted.filter((id) => id > otherSessionId), ...sorted.filter((id) => id < otherSessionId)];
  const ways: readonly DialWay[] = [
    ...(isServerUp ? [{ kind: "server" } as const] : []),
    ...around.map((sessionId) => ({ kind: "neighbour", sessionId }) as const),
  ];
  return ways.find((way) => !tried.some((other) => isSameWay(way, other))) ?? ways[0];
};

export const isSameWay = (a: DialWay, b: DialWay): boolean =>
  a.kind === "server" || b.kind === "server" ? a.kind === b.kind : a.sessionId === b.sessionId;

/** Two dials that cross are admitted within this of each other: a dial takes 6 s at most, and its handshake 10. */
export const glareMs = 20_000;

/**
 * Of two authenticated channels between the same sessions, the one that stays. When both ends dialled at the same time,
 * the channel that the lower id dialled stays. But nobody dials a peer to which it is connected: a channel that is
 * dialled much later replaces one that its dialer has already lost.
 */
export const keepOf = <T extends DialledChannel>(older: T, newer: T, olderHeldMs: number): T => {
  if (older.dialedBy === newer.dialedBy || olderHeldMs >= glareMs) return newer;
  const isOlderLowers = (older.dialedBy === "us") === older.localSessionId < older.remoteSessionId;
  return isOlderLowers ? older : newer;
};
