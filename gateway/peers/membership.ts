// Which members to dial, when and by which way: those that the server lists or authenticated peers name, except those
// that are connected already (dial-policy.ts has the rules). The way is the server where it is there, otherwise a peer
// that names the missing member. Invariants: members, hints, dials at once and dials per second are bounded; every id
// that `next` returns counts as being dialled until the caller reports `connected` or `failed`. Times are on the
// gateway's clock.

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
import { Gossip } from "./gossip.ts";
import { HintTurns, longHintWaitMs, maxHintFailures } from "./hint-turns.ts";

/** Twice the largest room, so that old session ids of pages that were reloaded have a place too. */
export const maxKnownMembers = 128;
/** A session id that nobody names any more may still come back, if its page only lost its network. */
export const forgetAfterMs = 60_000;
/**
 * A list says which pages were there when it was made. A page to which so many dials fail, over half a minute, is taken
 * out of it.
 */
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
  /** It said goodbye, and is not dialled, whatever old news other peers spread. */
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
  /** Session ids that only peers name. A session id that the server lists, or that has been connected, is a member. */
  readonly #hints = new Map<string, Member>();
  readonly #gossip = new Gossip();
  readonly #hintTurns = new HintTurns();
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
    return this.#find(sessionId)?.state.kind;
  }

  /**
   * The server's members, oldest first. The caller asks for them after every connection to the server, and dialling
   * begins with the first answer. We dial at once all members that stand before us in that answer; those after us came,
   * or came back, later and dial us.
   */
  serverListed(sessionIds: readonly string[], nowMs: number): void {
    this.#listed = this.#readable(sessionIds);
    this.#recount(nowMs);
    if (this.#isServerUp) return;
    this.#isServerUp = true;
    this.#takeTurns(sessionIds, nowMs);
  }

  /** Until the next list, only members that a connected peer names can be dialled. */
  serverAway(): void {
    this.#isServerUp = false;
  }

  /** All session ids to which a connected peer says it is connected. They replace what the peer named before. */
  peerNamed(neighbourSessionId: string, sessionIds: readonly string[], nowMs: number): void {
    if (this.stateOf(neighbourSessionId) !== "connected") return;
    const changed = this.#gossip.replace(neighbourSessionId, this.#readable(sessionIds));
    for (const sessionId of changed) this.#noteNamed(sessionId, nowMs);
  }

  /** A channel with that session is authenticated, whichever end dialled. */
  connected(sessionId: string, nowMs: number): void {
    this.#hintTurns.connected(sessionId);
    const member = this.#members.get(sessionId) ?? this.#enter(sessionId, nowMs);
    if (member !== undefined) member.state = { kind: "connected" };
  }

  /** Our dial has failed. */
  failed(sessionId: string, nowMs: number): void {
    this.#hintTurns.failed(sessionId, nowMs);
    const member = this.#find(sessionId);
    if (member?.state.kind !== "dialling") return;
    const { ways } = member.state.tries;
    const failures = member.state.tries.failures + 1;
    const waitsLong = this.#hints.has(sessionId) && failures >= maxHintFailures;
    const dialAtMs = nowMs + (waitsLong ? longHintWaitMs : dialBackoffMs(failures, this.#random));
    member.state = { kind: "missing", dialAtMs, tries: { failures, ways } };
    this.#noteNamed(sessionId, nowMs);
    if (failures < maxListedFailures) return;
    this.#listed = this.#listed.filter((id) => id !== sessionId);
    this.#recount(nowMs);
  }

  /** The last channel with that session has ended. */
  lost(sessionId: string, nowMs: number): void {
    const member = this.#find(sessionId);
    if (member?.state.kind !== "connected") return;
    member.state = this.#missingAnew(sessionId, nowMs);
    member.unnamedSinceMs = undefined; // Until now we knew of it ourselves.
    this.#forgetNamer(sessionId, nowMs);
    this.#noteNamed(sessionId, nowMs);
  }

  /** It said that it leaves the room. */
  left(sessionId: string, nowMs: number): void {
    const member = this.#find(sessionId);
    if (member === undefined) return;
    member.state = { kind: "left" };
    this.#forgetNamer(sessionId, nowMs);
    this.#noteNamed(sessionId, nowMs);
  }

  /** One of the two has exceeded its limits: until then neither end admits the other. */
  holdOff(sessionId: string, untilMs: number): void {
    const member = this.#find(sessionId);
    if (member !== undefined) member.heldOffUntilMs = untilMs;
  }

  /** The dials to begin now. To be called after each report, and about every second. */
  next(nowMs: number): readonly Dial[] {
    this.#forget(nowMs);
    this.#dialledAtMs = this.#dialledAtMs.filter((atMs) => nowMs - atMs < 1_000);
    const dials: Dial[] = [];
    const free = this.#freeDials();
    if (free <= 0) return dials;
    for (const due of this.#dueMembers(nowMs)) {
      if (dials.length === free) return dials;
      const dial = this.#begin(due, nowMs);
      if (dial !== undefined) dials.push(dial);
    }
    for (const namer of this.#hintTurns.inTurn(this.#gossip.namers())) {
      if (dials.length === free || this.#hintTurns.free <= 0) return dials;
      const dial = this.#beginHint(namer, nowMs);
      if (dial !== undefined) dials.push(dial);
    }
    return dials;
  }

  #find(sessionId: string): Member | undefined {
    return this.#members.get(sessionId) ?? this.#hints.get(sessionId);
  }

  #freeDials(): number {
    let dialling = 0;
    for (const book of [this.#members, this.#hints]) {
      for (const { state } of book.values()) if (state.kind === "dialling") dialling++;
    }
    return Math.min(maxDialsAtOnce - dialling, maxDialsPerSecond - this.#dialledAtMs.length);
  }

  #begin({ sessionId, member, state }: Due, nowMs: number): Dial | undefined {
    const way = this.#wayTo(sessionId, state.tries);
    if (way === undefined) return undefined;
    member.state = { kind: "dialling", tries: { ...state.tries, ways: withTried(state.tries.ways, way) } };
    this.#dialledAtMs.push(nowMs);
    return { sessionId, way };
  }

  /** The most promising hint of that peer, whether others name it, too, or not. */
  #beginHint(namer: string, nowMs: number): Dial | undefined {
    const due: Due[] = [];
    for (const sessionId of this.#gossip.namedBy(namer)) {
      const hint = this.#hints.get(sessionId);
      if (hint !== undefined && isDue(hint, nowMs)) due.push({ sessionId, member: hint, state: hint.state });
    }
    const [first] = due.sort(byHope);
    const dial = first && this.#begin(first, nowMs);
    if (dial !== undefined) this.#hintTurns.begin(namer, dial.sessionId);
    return dial;
  }

  /** Members that the server lists come first, then those with the fewest failures. */
  #dueMembers(nowMs: number): readonly Due[] {
    const due: Due[] = [];
    for (const [sessionId, member] of this.#members) {
      if (isDue(member, nowMs)) due.push({ sessionId, member, state: member.state });
    }
    return due.sort((a, b) => Number(b.member.isListed) - Number(a.member.isListed) || byHope(a, b));
  }

  /** Undefined where nobody could carry an offer. */
  #wayTo(sessionId: string, { ways }: Tries): DialWay | undefined {
    const neighbourSessionIds = [...this.#gossip.namersOf(sessionId)];
    return nextWay({ otherSessionId: sessionId, isServerUp: this.#isServerUp, neighbourSessionIds, tried: ways });
  }

  /**
   * With the first list after each connection to the server all waits begin anew. Otherwise everybody's turn would have
   * come while the server was away.
   */
  #takeTurns(sessionIds: readonly string[], nowMs: number): void {
    const own = sessionIds.indexOf(this.#ownSessionId);
    // A list without us was made before we came: all members in it came earlier.
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

  /** Server and peers are not trusted to name only session ids that can be dialled, or only so many. */
  #readable(sessionIds: readonly string[]): readonly string[] {
    return sessionIds
      .filter((id) => isSessionId(id) && isSameRoom(id, this.#ownSessionId) && id !== this.#ownSessionId)
      .slice(0, maxKnownMembers);
  }

  /** A list of the server has come, or a session id is taken out of it. */
  #recount(nowMs: number): void {
    const listed = new Set(this.#listed);
    for (const [sessionId, member] of this.#members) {
      member.isListed = listed.has(sessionId);
      this.#noteNamed(sessionId, nowMs);
    }
    for (const sessionId of listed) {
      if (!this.#members.has(sessionId)) this.#enter(sessionId, nowMs);
    }
  }

  /**
   * The peers that name that session id have changed: it becomes a hint, ceases to be one, or is named by nobody from
   * now on.
   */
  #noteNamed(sessionId: string, nowMs: number): void {
    const isNamed = this.#gossip.isNamed(sessionId);
    const member = this.#members.get(sessionId);
    if (member !== undefined) {
      member.unnamedSinceMs = isNamed || member.isListed ? undefined : (member.unnamedSinceMs ?? nowMs);
      return;
    }
    const hint = this.#hints.get(sessionId);
    if (isNamed && hint === undefined) this.#hints.set(sessionId, this.#newMember(sessionId, nowMs));
    if (!isNamed && hint !== undefined && isIdle(hint.state)) this.#hints.delete(sessionId);
  }

  #forgetNamer(sessionId: string, nowMs: number): void {
    this.#hintTurns.forget(sessionId);
    for (const named of this.#gossip.replace(sessionId, [])) this.#noteNamed(named, nowMs);
  }

  /**
   * Makes a member of a session id that the server lists or that is connected. Undefined when the book is full of such
   * members.
   */
  #enter(sessionId: string, nowMs: number): Member | undefined {
    const hint = this.#hints.get(sessionId);
    if (this.#members.size >= maxKnownMembers && !this.#forgetOneUnlisted(nowMs)) return hint;
    this.#hints.delete(sessionId);
    const fresh = this.#newMember(sessionId, nowMs);
    const member = hint ?? fresh;
    member.isListed = fresh.isListed;
    if (member.state.kind === "missing" && fresh.state.kind === "missing") {
      const dialAtMs = Math.min(member.state.dialAtMs, fresh.state.dialAtMs); // A hint that failed would go on waiting.
      member.state = { ...member.state, dialAtMs };
    }
    this.#members.set(sessionId, member);
    return member;
  }

  #newMember(sessionId: string, nowMs: number): Member {
    const dialAtMs = nowMs + firstDialDelayMs({ ownSessionId: this.#ownSessionId, otherSessionId: sessionId });
    return {
      state: { kind: "missing", dialAtMs, tries: noTries },
      heldOffUntilMs: Number.NEGATIVE_INFINITY,
      isListed: this.#listed.includes(sessionId),
      unnamedSinceMs: undefined,
    };
  }

  #forgetOneUnlisted(nowMs: number): boolean {
    for (const [sessionId, { state, isListed }] of this.#members) {
      if (isListed || !isIdle(state)) continue;
      this.#members.delete(sessionId);
      this.#noteNamed(sessionId, nowMs); // Where peers name it, it is a hint from now on.
      return true;
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

const isDue = (member: Member, nowMs: number): member is Member & { readonly state: Missing } =>
  member.state.kind === "missing" && Math.max(member.state.dialAtMs, member.heldOffUntilMs) <= nowMs;

/** The fewest failures first. */
const byHope = (a: Due, b: Due): number =>
  a.state.tries.failures - b.state.tries.failures || a.state.dialAtMs - b.state.dialAtMs;

/** A way that is tried a second time begins a new round. */
const withTried = (tried: readonly DialWay[], way: DialWay): readonly DialWay[] =>
  tried.some((other) => isSameWay(other, way)) ? [way] : [...tried, way];

const isIdle = ({ kind }: MemberState): boolean => kind === "missing" || kind === "left";
