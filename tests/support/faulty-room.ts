// A room of phones in memory under load, and books of its own on what must be true of it: which gesture reached which
// band, how often and how old, in which order samples came, and what both ends of every pair have counted. Neighbours:
// memory-phone.ts, memory-network.ts.

import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { type GestureName, gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { LedgerSnapshot } from "../../gateway/records/ledger.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { effectLifetimeMs } from "../../gateway/wire/record.ts";
import type { DialMeter } from "./dial-meter.ts";
import { Dice } from "./dice.ts";
import { EffectBook } from "./effect-book.ts";
import { FakeTime } from "./fake-time.ts";
import type { FaultedRoom } from "./fault-verdict.ts";
import { MemoryNetwork } from "./memory-network.ts";
import { type MemoryPage, MemoryPhone } from "./memory-phone.ts";
import { nodeCrypto } from "./node-crypto.ts";
import { addSums, noSums, type Sums } from "./record-sums.ts";
import { unaccounted } from "./unaccounted.ts";

/** How often a test looks. */
const lookMs = 250;
/** Until a page knows that another is no more, and has counted what is lost with it. */
const noticedMs = 75_000;
/** Longer than any page of a test sleeps, with all that it then has to notice. */
const foldAfterMs = 40 * 60_000;
/** Longer than any ping's interval with its answer, and than any record waits. */
const settleMs = 25_000;

export interface FaultyRoomOptions {
  readonly seed: number;
  readonly phones: number;
  readonly onEvent?: (page: MemoryPage, event: GatewayEvent) => void;
}

export interface Load {
  readonly gestureEveryMs: number;
  readonly sampleEveryMs: number;
  readonly sampleBytes?: number;
}

/** What both ends of one ordered pair of pages have counted, when one of them is no more. */
interface Closed {
  readonly atMs: number;
  readonly sender: () => LedgerSnapshot;
  readonly receiver: () => LedgerSnapshot;
  /** Whether the sender lived on, and for as long as it takes to notice. */
  readonly canTell: () => boolean;
}

export class FaultyRoom implements FaultedRoom {
  readonly time = new FakeTime();
  readonly dice: Dice;
  readonly network: MemoryNetwork;
  readonly phones: MemoryPhone[] = [];
  readonly effects = new EffectBook();
  /** Records that the network made more of, by doubling their message: by the pair of session ids. */
  readonly #copies = new Map<string, number>();
  writes = 0;
  greatestBufferBytes = 0;
  /** On fake time nothing comes between a decision and its effect. */
  readonly graceMs = 0;
  #closed: Closed[] = [];
  /** The sums of pages of long ago. */
  #folded: Sums = noSums;
  #foldedUntold = 0;
  /** When the pages of which something is in `#closed` ended. */
  readonly #endedAtMs = new WeakMap<MemoryPage, number>();
  #isUnderLoad = false;

  constructor({ seed, phones, onEvent }: FaultyRoomOptions) {
    this.dice = new Dice(seed);
    const { time, dice } = this;
    const crypto = nodeCrypto(dice);
    this.network = new MemoryNetwork({
      time,
      dice,
      onDuplicate: (from, to, message) => {
        const pair = `${from.sessionId}>${to.sessionId}`;
        this.#copies.set(pair, (this.#copies.get(pair) ?? 0) + recordsIn(message));
      },
    });
    for (let nth = 1; nth <= phones; nth++) {
      const name = `phone ${nth}`;
      const originMs = dice.between(1e7, 2e7);
      const { network } = this;
      this.phones.push(
        new MemoryPhone({
          name,
          network,
          crypto,
          originMs,
          onEvent: (page, event) => {
            this.#onEvent(page, event);
            onEvent?.(page, event);
          },
        }),
      );
    }
  }

  static async whole(options: FaultyRoomOptions): Promise<FaultyRoom> {
    const room = new FaultyRoom(options);
    for (const phone of room.phones) await phone.open();
    if ((await room.untilWhole(30_000)) === undefined) throw new Error("the room did not form");
    await room.time.advance(2_000); // Clocks are compared, and everybody watches everybody.
    return room;
  }

  phone(nth: number): MemoryPhone {
    const phone = this.phones[nth];
    if (phone === undefined) throw new Error(`there is no phone ${nth}`);
    return phone;
  }

  get size(): number {
    return this.phones.length;
  }

  get dials(): DialMeter {
    return this.network.dials;
  }

  get names(): readonly string[] {
    return this.phones.map(({ name }) => name);
  }

  get pages(): readonly MemoryPage[] {
    return this.phones.filter(({ isOpen }) => isOpen).map(({ page }) => page);
  }

  // --- the script ---

  /** From now on every phone that is awake waves and moves, about so often. */
  load({ gestureEveryMs, sampleEveryMs, sampleBytes = 8 }: Load): void {
    this.#isUnderLoad = true;
    for (const phone of this.phones) {
      this.#repeat(gestureEveryMs, () => this.#whenAwake(phone, (page) => this.wave(page)));
      this.#repeat(sampleEveryMs, () =>
        this.#whenAwake(phone, (page) => page.speak(kinds.motion, new Uint8Array(sampleBytes))),
      );
    }
  }

  rest(): void {
    this.#isUnderLoad = false;
  }

  /** The sequence of the gesture. */
  wave(page: MemoryPage, gesture: GestureName = "wave"): number {
    const payload = encodeGesture({ gesture: gestureCode(gesture), intensity: 200 });
    this.effects.made(page.sessionId, page.records, this.time.now());
    return page.speak(kinds.gesture, payload);
  }

  /** Reloads as a browser does: the old page is gone without a word to anybody, the new one comes at once. */
  async reload(phone: MemoryPhone): Promise<void> {
    this.kill(phone);
    await phone.open();
  }

  kill(phone: MemoryPhone): void {
    this.#close(phone.page);
    phone.kill();
  }

  async leave(phone: MemoryPhone): Promise<void> {
    this.#close(phone.page);
    await phone.leave();
  }

  /** Lets time pass and looks at what must be bounded meanwhile. */
  async pass(ms: number, lookEveryMs = lookMs): Promise<void> {
    for (let left = ms; left > 0; left -= lookEveryMs) {
      await this.time.advance(Math.min(lookEveryMs, left));
      for (const page of this.pages) {
        for (const { channel } of page.gateway.peers) {
          this.greatestBufferBytes = Math.max(this.greatestBufferBytes, channel?.bufferedBytes() ?? 0);
        }
      }
    }
  }

  /**
   * How long it took until every pair of open pages held one channel at both ends and heard each other; undefined:
   * longer than the limit.
   */
  async untilWhole(limitMs: number): Promise<number | undefined> {
    const sinceMs = this.time.now();
    while (!this.isWhole()) {
      if (this.time.now() - sinceMs >= limitMs) return undefined;
      await this.pass(lookMs);
    }
    return this.time.now() - sinceMs;
  }

  isWhole(): boolean {
    const { pages } = this;
    return pages.every((page) => pages.every((other) => page === other || isConnected(page, other)));
  }

  /** Whether each feels the waves of all others. */
  async everybodyFeelsEverybody(): Promise<boolean> {
    const before = this.pages.map((page) => this.#feltBy(page));
    for (const page of this.pages) this.wave(page);
    await this.time.advance(2 * effectLifetimeMs);
    return this.pages.every((page, i) => this.#feltBy(page) - (before[i] ?? 0) === this.pages.length - 1);
  }

  // --- the books ---

  /** Until nothing is under way any more, and all have reported to each other. */
  async settle(): Promise<void> {
    this.rest();
    await this.pass(settleMs);
  }

  /** Records of all pairs there ever were, by what became of them. */
  sums(): Sums {
    let sums = this.#folded;
    for (const { sender, receiver } of this.#open()) sums = addSums(sums, sender, receiver);
    for (const { sender, receiver } of this.#closed) sums = addSums(sums, sender(), receiver());
    return sums;
  }

  /**
   * Of pages that are open: records whose fate is unknown, that were counted twice, or that still wait. 0 when all
   * is well.
   */
  openRecords(): number {
    return this.#open().reduce(
      (total, { sender, receiver, copies }) =>
        total + Math.abs(unaccounted(sender, receiver) + copies) + sender.queued + receiver.held,
      0,
    );
  }

  get copies(): number {
    return [...this.#copies.values()].reduce((total, copies) => total + copies, 0);
  }

  /**
   * Records that reached a page, or left one, that ended before it could tell: the sender counts them as lost, the
   * receiver as what they were, or the sender is no more. Undefined where a page that lived on cannot tell what became
   * of its own.
   */
  untold(): number | undefined {
    let untold = this.#foldedUntold;
    for (const { sender, receiver, canTell } of this.#closed) {
      const open = unaccounted(sender(), receiver());
      if (open > 0 && canTell()) return undefined;
      untold += open;
    }
    return untold;
  }

  /** Sums up what ended long ago, so that a day of it takes no memory. */
  fold(): void {
    const isOld = ({ atMs }: Closed): boolean => this.time.now() - atMs > foldAfterMs;
    const old = this.#closed.filter(isOld);
    this.#closed = this.#closed.filter((closed) => !isOld(closed));
    for (const { sender, receiver, canTell } of old) {
      const [atSender, atReceiver] = [sender(), receiver()];
      const open = unaccounted(atSender, atReceiver);
      if (open > 0 && canTell()) throw new Error(`${open} records are in nobody's books`);
      this.#foldedUntold += open;
      this.#folded = addSums(this.#folded, atSender, atReceiver);
    }
  }

  #open() {
    return this.pages.flatMap((page) =>
      this.pages.flatMap((other) => {
        const sender = page.peer(other)?.ledger.snapshot();
        const receiver = other.peer(page)?.ledger.snapshot();
        if (sender === undefined || receiver === undefined) return [];
        return [{ sender, receiver, copies: this.#copies.get(`${page.sessionId}>${other.sessionId}`) ?? 0 }];
      }),
    );
  }

  /** The accounts between a page that ends and all others, as they will be in the end. */
  #close(page: MemoryPage): void {
    const atMs = this.time.now();
    this.#endedAtMs.set(page, atMs);
    for (const other of this.pages) {
      const here = page.peer(other)?.ledger;
      const there = other.peer(page)?.ledger;
      if (other === page || here === undefined || there === undefined) continue;
      const last = here.snapshot();
      const inTheEnd = () => there.snapshot();
      const canTell = () => (this.#endedAtMs.get(other) ?? Number.POSITIVE_INFINITY) - atMs > noticedMs;
      this.#closed.push({ atMs, sender: inTheEnd, receiver: () => last, canTell });
      this.#closed.push({ atMs, sender: () => last, receiver: inTheEnd, canTell: () => false });
    }
  }

  #feltBy(page: MemoryPage): number {
    this.writes += page.link.written.splice(0).length;
    return (page.probe.downlink.counts.get("written") ?? 0) + (page.probe.downlink.counts.get("rate-limited") ?? 0);
  }

  #repeat(everyMs: number, task: () => void): void {
    this.time.schedule(this.dice.between(0.5, 1.5) * everyMs, () => {
      if (!this.#isUnderLoad) return;
      task();
      this.#repeat(everyMs, task);
    });
  }

  #whenAwake(phone: MemoryPhone, task: (page: MemoryPage) => void): void {
    if (phone.isOpen && !phone.page.isFrozen) task(phone.page);
  }

  #onEvent(page: MemoryPage, event: GatewayEvent): void {
    if (event.kind === "peer-joined") {
      for (const { index } of event.peer.probes) page.gateway.watch(event.peer.gatewayId, index, 0);
    } else if (event.kind === "peer-record" && event.record.kind === kinds.motion) {
      this.effects.sample(page, event.peer, event.record);
    } else if (event.kind === "response" && event.response === "written") {
      this.writes += page.link.written.splice(0).length;
      const peer = page.gateway.peers.find(({ gatewayId }) => gatewayId === event.gatewayId);
      this.effects.wrote({
        at: page.sessionId,
        by: peer?.sessionId ?? "",
        sequence: event.cause.sequence,
        atMs: this.time.now(),
        clockBoundMs: peer?.clockBoundMs ?? 0,
      });
    }
  }
}

const isConnected = (page: MemoryPage, other: MemoryPage): boolean => {
  const peer = page.peer(other);
  return !page.isFrozen && peer?.state.kind === "connected" && other.peer(page)?.channel !== undefined;
};

const recordsIn = (message: Uint8Array): number => {
  const decoded = decodeMessage(message);
  if ("malformed" in decoded) throw new Error(decoded.malformed);
  return decoded.frames.reduce((total, frame) => total + (frame.type === "aggregate" ? frame.records.length : 0), 0);
};
