// My records on their way out: one queue for all peers that want the same, and one for each peer for what is meant for
// that peer alone.
// Neighbours: uplinks and commands announce, channels take the messages, the ledgers count.
// Invariants: a message is encoded once for all peers of its queue; a slow peer delays no other; each record that is
// addressed to a peer is counted once as addressed and, in the end, once as sent or as dropped.

import type { Now, Schedule } from "../basics/runtime.ts";
import { backlogHighWaterBytes, type Channel } from "../wire/channel.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import type { InterestEntry } from "../wire/frame-types.ts";
import { type GatewayRecord, isExpired, recordClass } from "../wire/record.ts";
import { Backlog } from "./backlog.ts";
import { interestKey, SampleFilter } from "./interest.ts";
import type { Ledger } from "./ledger.ts";
import { type FlushReason, SendQueue } from "./send-queue.ts";

export interface MuxOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly windowMs: number;
  readonly observer?: MuxObserver | undefined;
}

/** One aggregate that has left. */
export interface Flush {
  readonly reason: FlushReason;
  readonly records: readonly GatewayRecord[];
  readonly bytes: number;
  /** How many channels took it. */
  readonly peers: number;
  readonly processingMs: number;
}

export interface MuxObserver {
  onFlush(flush: Flush): void;
}

/** What the mux needs of a channel. */
export type MuxPort = Pick<Channel, "send" | "bufferedBytes">;

interface Recipient {
  readonly port: MuxPort;
  readonly ledger: Ledger;
  /** For this peer alone. Nothing in it has slack: it only packs what leaves at once. */
  readonly directed: SendQueue;
  readonly backlog: Backlog;
  group: Group;
  /** From when its channel is full until that has drained; all that is for it goes to the backlog meanwhile. */
  isBacklogged: boolean;
  isGone: boolean;
}

/** The peers that want the same samples. */
interface Group {
  readonly key: string;
  readonly filter: SampleFilter;
  readonly recipients: Set<Recipient>;
  readonly queue: SendQueue;
}

export class Mux {
  #windowMs: number;
  readonly #now: Now;
  readonly #schedule: Schedule;
  readonly #observer: MuxObserver | undefined;
  readonly #recipients = new Map<string, Recipient>();
  readonly #groups = new Map<string, Group>();
  #rosterVersion = 1;

  constructor({ now, schedule, windowMs, observer }: MuxOptions) {
    this.#now = now;
    this.#schedule = schedule;
    this.#observer = observer;
    this.#windowMs = windowMs;
  }

  /** How long samples and status are held back to share a packet. */
  get windowMs(): number {
    return this.#windowMs;
  }

  /** Counts from the next record on: what waits keeps its deadline. */
  setWindowMs(windowMs: number): void {
    this.#windowMs = windowMs;
  }

  /**
   * Records from now on are announced under that version of my roster; what waits is sent under the one before, at
   * once.
   */
  rosterChanged(version: number): void {
    for (const group of [...this.#groups.values()]) {
      group.queue.flush("changed");
      group.filter.forget();
    }
    this.#rosterVersion = version;
  }

  /** A channel to that peer is open, in place of any earlier one. It gets no samples until it has said which. */
  addPeer(gatewayId: string, port: MuxPort, ledger: Ledger): void {
    this.removePeer(gatewayId);
    this.#groups.get(interestKey([]))?.queue.flush("changed"); // What waits there was not addressed to the newcomer.
    const recipient: Recipient = {
      port,
      ledger,
      directed: new SendQueue(this.#schedule, (records, reason) => this.#send([recipient], records, reason)),
      backlog: new Backlog(ledger),
      group: this.#groupOf([]),
      isBacklogged: false,
      isGone: false,
    };
    this.#recipients.set(gatewayId, recipient);
    recipient.group.recipients.add(recipient);
  }

  /** Its channel is closed: what waits for it is dropped. */
  removePeer(gatewayId: string): void {
    const recipient = this.#recipients.get(gatewayId);
    if (recipient === undefined) return;
    this.#recipients.delete(gatewayId);
    recipient.isGone = true;
    const dropped = recipient.group.queue.length + recipient.directed.clear().length + recipient.backlog.take().length;
    recipient.ledger.countDroppedBeforeSend("channel-closed", dropped);
    this.#leaveGroup(recipient);
  }

  setInterest(gatewayId: string, entries: readonly InterestEntry[]): void {
    const key = interestKey(entries);
    const before = this.#recipients.get(gatewayId)?.group;
    if (before === undefined || before.key === key) return;
    // What waits in either group is for those that are in it now.
    before.queue.flush("changed");
    this.#groups.get(key)?.queue.flush("changed");
    const recipient = this.#recipients.get(gatewayId);
    if (recipient === undefined) return; // Its channel failed in the flush.
    this.#leaveGroup(recipient);
    recipient.group = this.#groupOf(entries);
    recipient.group.recipients.add(recipient);
  }

  /**
   * One of my probes has something to say: samples to those who asked, all else to everybody. Commands are not
   * announced.
   */
  announce(record: GatewayRecord): void {
    const itsClass = recordClass(record.kind);
    if (itsClass === "command") return;
    const nowMs = this.#now();
    const slackMs = itsClass === "urgent" ? 0 : this.#windowMs;
    for (const group of this.#groups.values()) {
      if (itsClass === "sample" && !group.filter.passes(record)) continue;
      group.queue.add(record);
      for (const recipient of group.recipients) recipient.ledger.countAddressed(1);
      group.queue.flushWithin(slackMs, nowMs);
    }
  }

  /**
   * Sends at once what is meant for that peer alone; false when there is no channel to it. What waits for all goes on
   * waiting.
   */
  sendTo(gatewayId: string, record: GatewayRecord): boolean {
    const recipient = this.#recipients.get(gatewayId);
    if (recipient === undefined) return false;
    recipient.directed.add(record);
    recipient.ledger.countAddressed(1);
    recipient.directed.flush("directed");
    return true;
  }

  /** That peer's channel takes messages again. */
  drained(gatewayId: string): void {
    const recipient = this.#recipients.get(gatewayId);
    if (recipient === undefined || !recipient.isBacklogged) return;
    recipient.isBacklogged = false;
    for (const record of recipient.backlog.take()) recipient.directed.add(record);
    recipient.directed.flush("drained");
  }

  close(): void {
    for (const gatewayId of [...this.#recipients.keys()]) this.removePeer(gatewayId);
  }

  #groupOf(entries: readonly InterestEntry[]): Group {
    const key = interestKey(entries);
    const existing = this.#groups.get(key);
    if (existing !== undefined) return existing;
    const recipients = new Set<Recipient>();
    const queue = new SendQueue(this.#schedule, (records, reason) => this.#send([...recipients], records, reason));
    const group: Group = { key, filter: new SampleFilter(entries), recipients, queue };
    this.#groups.set(key, group);
    return group;
  }

  #leaveGroup(recipient: Recipient): void {
    const { group } = recipient;
    group.recipients.delete(recipient);
    if (group.recipients.size > 0) return;
    group.queue.clear();
    this.#groups.delete(group.key);
  }

  /**
   * A send may find its channel closed, and that may remove some while this runs: each of `recipients` is still counted
   * once.
   */
  #send(recipients: readonly Recipient[], waiting: readonly GatewayRecord[], reason: FlushReason): void {
    const records = this.#dropExpired(recipients, waiting);
    if (records.length === 0) return;
    const startedMs = this.#observer && this.#now();
    let message: Uint8Array | undefined;
    let peers = 0;
    for (const recipient of recipients) {
      if (!recipient.isGone && this.#isBacklogged(recipient)) {
        for (const record of records) recipient.backlog.add(record);
        continue;
      }
      message ??= encodeMessage([{ type: "aggregate", rosterVersion: this.#rosterVersion, records }]);
      if (!recipient.isGone && recipient.port.send(message)) {
        recipient.ledger.countSent(records.length);
        peers++;
      } else recipient.ledger.countDroppedBeforeSend("channel-closed", records.length);
    }
    if (startedMs === undefined || message === undefined || peers === 0) return;
    const processingMs = this.#now() - startedMs;
    this.#observer?.onFlush({ reason, records, bytes: message.length, peers, processingMs });
  }

  #dropExpired(recipients: readonly Recipient[], records: readonly GatewayRecord[]): readonly GatewayRecord[] {
    const nowMs = this.#now();
    const inTime = records.filter((record) => !isExpired(record, nowMs));
    const expired = records.length - inTime.length;
    if (expired > 0) for (const { ledger } of recipients) ledger.countDroppedBeforeSend("expired", expired);
    return inTime;
  }

  #isBacklogged(recipient: Recipient): boolean {
    recipient.isBacklogged ||= recipient.port.bufferedBytes() >= backlogHighWaterBytes;
    return recipient.isBacklogged;
  }
}
