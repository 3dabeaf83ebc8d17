// Whom to dial, when and which way: what the server lists and what authenticated peers name, less whom we hold (dial-policy.ts has the rules).
// By the server where it is there, else by a peer that names the missing one. Invariants: bounded in members, in dials at once and in dials per second; every id that `next` hands out counts as being dialled
// until the caller reports `connected` or `failed`. Times are on the gateway's clock.

import type { RandomUnit } from "../basics/runtime.ts";
import { isSameRoom, isSessionId } from "../wire/session-id.ts";
import {
  type DialWay,
  dialBackoffMs,
  firstDialDelayMs,
  isSameWay,
  maxDialsAtOnce,
  maxDialsPerSecond,
  nextWay,
  redialDelayMs,
} from "./dial-policy.ts";

/** Twice the largest room, so that old session ids of pages that were reloaded have a place too. */
export const maxKnownMembers = 128;
/** A session id that nobody names any more may still come back, when its page only lost its network. */
export const forgetAfterMs = 60_000;
/** A list tells who was there when it was made: whoever let so many dials fail, over half a minute, stands in it no more. */
const maxListedFailures = 5;

interface Missing {
  readonly kind: "missing";
  readonly dialAtMs: number;
  readonly tries: Tries;
}

/** Since it was connected last. */
interface Tries {
  /** Dials in a row that came to nothing. */
  readonly failures: number;
  /** The ways that were tried, each once; when all have been, they begin anew. */
  readonly ways: readonly DialWay[];
}

const noTries: Tries = { failures: 0, ways: [] };

type MemberState =
  | Missing
  | { readonly kind: "dialling"; readonly tries: Tries }
  | { readonly kind: "connected" }
  /** It said goodbye: not dialled, whatever old news others spread. */
  | { readonly kind: "left" };

interface Member {
  state: MemberState;
  /** Not dialled before then, in whatever state. */
  heldOffUntilMs: number;
  isListed: boolean;
  /** Since when neither the server nor a peer names it. */
  unnamedSinceMs: number | undefined;
}

interface Due {
  readonly sessionId: string;
  readonly member: Member;
  readonly state: Missing;
}

export interface Dial {
  readonly sessionId: string;
  readonly way: DialWay;
}

export interface MembershipOptions {
  readonly ownSessionId: string;
  readonly random: RandomUnit;
}

export class Membership {
  readonly #ownSessionId: string;
  readonly #random: RandomUnit;
  readonly #members = new Map<string, Member>();
  /** By the peer who names them. */
  readonly #gossip = new Map<string, readonly string[]>();
  #listed: readonly string[] = [];
  #isServerUp = false;
  /** When the last dials began, at most `maxDialsPerSecond` of them. */
  #dialledAtMs: number[] = [];

  constructor({ ownSessionId, random }: MembershipOptions) {
    this.#ownSessionId = ownSessionId;
    this.#random = random;
  }

  /** Undefined for a session id that is not known, or forgotten. */
  stateOf(sessionId: string): MemberState["kind"] | undefined {
    return this.#members.get(sessionId)?.state.kind;
  }

  /**
   * The server's members, oldest first; asked for after every connection to the server, and dialling begins with the first answer.
   * Those who stand before us in that answer are ours to dial at once; those after us came, or came back, later and dial us.
   */
  serverListed(sessionIds: readonly string[], nowMs: number): void {
    this.#listed = this.#readable(sessionIds);
    this.#recount(nowMs);
    if (this.#isServerUp) return;
    this.#isServerUp = true;
    this.#takeTurns(sessionIds, nowMs);
  }

  /** Until the next list only those can be dialled whom a connected peer names. */
  serverAway(): void {
    this.#isServerUp = false;
  }

  /** All that a connected peer holds; it replaces what the peer named before. */
  peerNamed(neighbourSessionId: string, sessionIds: readonly string[], nowMs: number): void {
    if (this.stateOf(neighbourSessionId) !== "connected") return;
    this.#gossip.set(neighbourSessionId, this.#readable(sessionIds));
    this.#recount(nowMs);
  }

  /** A channel with that session is authenticated, whoever dialled. */
  connected(sessionId: string, nowMs: number): void {
    const member = this.#members.get(sessionId) ?? this.#add(sessionId, true, nowMs);
    if (member !== undefined) member.state = { kind: "connected" };
  }

  /** Our dial came to nothing. */
  failed(sessionId: string, nowMs: number): void {
    const member = this.#members.get(sessionId);
    if (member?.state.kind !== "dialling") return;
    const { ways } = member.state.tries;
    const failures = member.state.tries.failures + 1;
    const dialAtMs = nowMs + dialBackoffMs(failures, this.#random);
    member.state = { kind: "missing", dialAtMs, tries: { failures, ways } };
    if (failures < maxListedFailures) return;
    this.#listed = this.#listed.filter((id) => id !== sessionId);
    this.#recount(nowMs);
  }

  /** The last channel with that session has ended. */
  lost(sessionId: string, nowMs: number): void {
    const member = this.#members.get(sessionId);
    if (member?.state.kind !== "connected") return;
    member.state = this.#missingAnew(sessionId, nowMs);
    member.unnamedSinceMs = undefined; // Until now we knew of it ourselves.
    this.#gossip.delete(sessionId);
    this.#recount(nowMs);
  }

  /** It said that it leaves the room. */
  left(sessionId: string, nowMs: number): void {
    const member = this.#members.get(sessionId);
    if (member === undefined) return;
    member.state = { kind: "left" };
    this.#gossip.delete(sessionId);
    this.#recount(nowMs);
  }

  /** One of the two has exceeded its limits: nobody is let in before then. */
  holdOff(sessionId: string, untilMs: number): void {
    const member = this.#members.get(sessionId);
    if (member !== undefined) member.heldOffUntilMs = untilMs;
  }

  /** Whom to dial now. To be called whenever something was reported, and every second or so. */
  next(nowMs: number): readonly Dial[] {
    this.#forget(nowMs);
    this.#dialledAtMs = this.#dialledAtMs.filter((atMs) => nowMs - atMs < 1_000);
    const dials: Dial[] = [];
    const free = this.#freeDials();
    for (const { sessionId, member, state } of free > 0 ? this.#due(nowMs) : []) {
      if (dials.length === free) break;
      const way = this.#wayTo(sessionId, state.tries);
      if (way === undefined) continue;
      member.state = { kind: "dialling", tries: { ...state.tries, ways: withTried(state.tries.ways, way) } };
      this.#dialledAtMs.push(nowMs);
      dials.push({ sessionId, way });
    }
    return dials;
  }

  #freeDials(): number {
    let dialling = 0;
    for (const { state } of this.#members.values()) if (state.kind === "dialling") dialling++;
    return Math.min(maxDialsAtOnce - dialling, maxDialsPerSecond - this.#dialledAtMs.length);
  }

  /** Those whom the server knows before those who are only said to be there, and who never failed before who often did. */
  #due(nowMs: number): readonly Due[] {
    const due: Due[] = [];
    for (const [sessionId, member] of this.#members) {
      const { state } = member;
      if (state.kind === "missing" && Math.max(state.dialAtMs, member.heldOffUntilMs) <= nowMs)
        due.push({ sessionId, member, state });
    }
    return due.sort(
      (a, b) =>
        Number(b.member.isListed) - Number(a.member.isListed) ||
        a.state.tries.failures - b.state.tries.failures ||
        a.state.dialAtMs - b.state.dialAtMs,
    );
  }

  /** Undefined where nobody could carry an offer. */
  #wayTo(sessionId: string, { ways }: Tries): DialWay | undefined {
    const neighbourSessionIds: string[] = [];
    for (const [neighbour, named] of this.#gossip) if (named.includes(sessionId)) neighbourSessionIds.push(neighbour);
    return nextWay({ otherSessionId: sessionId, isServerUp: this.#isServerUp, neighbourSessionIds, tried: ways });
  }

  /** With the first list after each connection to the server: all waiting begins anew, or everybody's turn would have come meanwhile. */
  #takeTurns(sessionIds: readonly string[], nowMs: number): void {
    const own = sessionIds.indexOf(this.#ownSessionId);
    // A list without us was made before we came: everyone in it was there earlier.
    const earlier = new Set(own < 0 ? sessionIds : sessionIds.slice(0, own));
    for (const [sessionId, member] of this.#members) {
      if (member.state.kind !== "missing") continue;
      const waitMs = earlier.has(sessionId)
        ? 0
        : firstDialDelayMs({ ownSessionId: this.#ownSessionId, otherSessionId: sessionId });
      member.state = { kind: "missing", dialAtMs: nowMs + waitMs, tries: noTries };
    }
  }

  #missingAnew(sessionId: string, nowMs: number): Missing {
    const delayMs = redialDelayMs({ ownSessionId: this.#ownSessionId, otherSessionId: sessionId }, this.#random);
    return { kind: "missing", dialAtMs: nowMs + delayMs, tries: noTries };
  }

  /** Server and peers are not trusted to name only what can be dialled, or only so many. */
  #readable(sessionIds: readonly string[]): readonly string[] {
    return sessionIds
      .filter((id) => isSessionId(id) && isSameRoom(id, this.#ownSessionId) && id !== this.#ownSessionId)
      .slice(0, maxKnownMembers);
  }

  /** Enters whoever is named for the first time, and notes of whom nobody speaks any more. */
  #recount(nowMs: number): void {
    const listed = new Set(this.#listed);
    const named = new Set([...this.#listed, ...[...this.#gossip.values()].flat()]);
    for (const [sessionId, member] of this.#members) {
      member.isListed = listed.has(sessionId);
      member.unnamedSinceMs = named.has(sessionId) ? undefined : (member.unnamedSinceMs ?? nowMs);
    }
    for (const sessionId of named) {
      if (!this.#members.has(sessionId)) this.#add(sessionId, listed.has(sessionId), nowMs);
    }
  }

  /** Undefined when the book is full. Whoever the server lists, or has been connected, takes the place of one who is only named. */
  #add(sessionId: string, isSure: boolean, nowMs: number): Member | undefined {
    if (this.#members.size >= maxKnownMembers && !(isSure && this.#forgetOneUnlisted())) return undefined;
    const dialAtMs = nowMs + firstDialDelayMs({ ownSessionId: this.#ownSessionId, otherSessionId: sessionId });
    const member: Member = {
      state: { kind: "missing", dialAtMs, tries: noTries },
      heldOffUntilMs: Number.NEGATIVE_INFINITY,
      isListed: this.#listed.includes(sessionId),
      unnamedSinceMs: undefined,
    };
    this.#members.set(sessionId, member);
    return member;
  }

  #forgetOneUnlisted(): boolean {
    for (const [sessionId, { state, isListed }] of this.#members) {
      if (!isListed && isIdle(state)) return this.#members.delete(sessionId);
    }
    return false;
  }

  #forget(nowMs: number): void {
    for (const [sessionId, { state, unnamedSinceMs }] of this.#members) {
      if (unnamedSinceMs === undefined || !isIdle(state)) continue;
      if (nowMs - unnamedSinceMs >= forgetAfterMs) this.#members.delete(sessionId);
    }
  }
}

/** A way that comes up again begins a new round. */
const withTried = (tried: readonly DialWay[], way: DialWay): readonly DialWay[] =>
  tried.some((other) => isSameWay(other, way)) ? [way] : [...tried, way];

const isIdle = ({ kind }: MemberState): boolean => kind === "missing" || kind === "left";
