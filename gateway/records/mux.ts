// My records on their way out: one queue for all peers that want the same, one per peer for what is meant for that peer alone.
// Neighbours: uplinks and commands announce, channels take the messages, the ledgers count.
// Invariants: a message is encoded once for all peers of its queue; a slow peer delays no other; each record that is addressed to a
// peer is counted once as addressed and, in the end, once as sent or as dropped.

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

interface Member {
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
  readonly members: Set<Member>;
  readonly queue: SendQueue;
}

export class Mux {
  /** How long samples and status wait for company; a change counts from the next record on. */
  windowMs: number;
  readonly #now: Now;
  readonly #schedule: Schedule;
  readonly #observer: MuxObserver | undefined;
  readonly #members = new Map<string, Member>();
  readonly #groups = new Map<string, Group>();
  #rosterVersion = 1;

  constructor({ now, schedule, windowMs, observer }: MuxOptions) {
    this.#now = now;
    this.#schedule = schedule;
    this.#observer = observer;
    this.windowMs = windowMs;
  }

  /** The version of my roster from which on records are announced; what waits still goes under the one before. */
  set rosterVersion(version: number) {
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
    const member: Member = {
      port,
      ledger,
      directed: new SendQueue(this.#schedule, (records, reason) => this.#send([member], records, reason)),
      backlog: new Backlog(ledger),
      group: this.#groupOf([]),
      isBacklogged: false,
      isGone: false,
    };
    this.#members.set(gatewayId, member);
    member.group.members.add(member);
  }

  /** Its channel is closed: what waits for it is dropped. */
  removePeer(gatewayId: string): void {
    const member = this.#members.get(gatewayId);
    if (member === undefined) return;
    this.#members.delete(gatewayId);
    member.isGone = true;
    const dropped = member.group.queue.length + member.directed.clear().length + member.backlog.take().length;
    member.ledger.countDroppedBeforeSend("channel-closed", dropped);
    this.#leaveGroup(member);
  }

  setInterest(gatewayId: string, entries: readonly InterestEntry[]): void {
    const key = interestKey(entries);
    const before = this.#members.get(gatewayId)?.group;
    if (before === undefined || before.key === key) return;
    // What waits in either group is for those who are its members now.
    before.queue.flush("changed");
    this.#groups.get(key)?.queue.flush("changed");
    const member = this.#members.get(gatewayId);
    if (member === undefined) return; // Its channel failed in the flush.
    this.#leaveGroup(member);
    member.group = this.#groupOf(entries);
    member.group.members.add(member);
  }

  /** One of my probes has something to say: samples to those who asked, all else to everybody. Commands are not announced. */
  announce(record: GatewayRecord): void {
    const itsClass = recordClass(record.kind);
    if (itsClass === "command") return;
    const nowMs = this.#now();
    const slackMs = itsClass === "urgent" ? 0 : this.windowMs;
    for (const group of this.#groups.values()) {
      if (itsClass === "sample" && !group.filter.passes(record)) continue;
      group.queue.add(record);
      for (const member of group.members) member.ledger.countAddressed(1);
      group.queue.flushWithin(slackMs, nowMs);
    }
  }

  /** Sends what is meant for that peer alone, at once; false when there is no channel to it. What waits for all is left waiting. */
  sendTo(gatewayId: string, record: GatewayRecord): boolean {
    const member = this.#members.get(gatewayId);
    if (member === undefined) return false;
    member.directed.add(record);
    member.ledger.countAddressed(1);
    member.directed.flush("directed");
    return true;
  }

  /** That peer's channel takes messages again. */
  drained(gatewayId: string): void {
    const member = this.#members.get(gatewayId);
    if (member === undefined || !member.isBacklogged) return;
    member.isBacklogged = false;
    for (const record of member.backlog.take()) member.directed.add(record);
    member.directed.flush("drained");
  }

  close(): void {
    for (const gatewayId of [...this.#members.keys()]) this.removePeer(gatewayId);
  }

  #groupOf(entries: readonly InterestEntry[]): Group {
    const key = interestKey(entries);
    const existing = this.#groups.get(key);
    if (existing !== undefined) return existing;
    const members = new Set<Member>();
    const queue = new SendQueue(this.#schedule, (records, reason) => this.#send([...members], records, reason));
    const group: Group = { key, filter: new SampleFilter(entries), members, queue };
    this.#groups.set(key, group);
    return group;
  }

  #leaveGroup(member: Member): void {
    const { group } = member;
    group.members.delete(member);
    if (group.members.size > 0) return;
    group.queue.clear();
    this.#groups.delete(group.key);
  }

  /** A send may find its channel closed, and that may remove members while this runs: each of `members` is still counted once. */
  #send(members: readonly Member[], waiting: readonly GatewayRecord[], reason: FlushReason): void {
    const records = this.#dropExpired(members, waiting);
    if (records.length === 0) return;
    const startedMs = this.#observer && this.#now();
    let message: Uint8Array | undefined;
    let peers = 0;
    for (const member of members) {
      if (!member.isGone && this.#isBacklogged(member)) {
        for (const record of records) member.backlog.add(record);
        continue;
      }
      message ??= encodeMessage([{ type: "aggregate", rosterVersion: this.#rosterVersion, records }]);
      if (!member.isGone && member.port.send(message)) {
        member.ledger.countSent(records.length);
        peers++;
      } else member.ledger.countDroppedBeforeSend("channel-closed", records.length);
    }
    if (startedMs === undefined || message === undefined || peers === 0) return;
    const processingMs = this.#now() - startedMs;
    this.#observer?.onFlush({ reason, records, bytes: message.length, peers, processingMs });
  }

  #dropExpired(members: readonly Member[], records: readonly GatewayRecord[]): readonly GatewayRecord[] {
    const nowMs = this.#now();
    const inTime = records.filter((record) => !isExpired(record, nowMs));
    const expired = records.length - inTime.length;
    if (expired > 0) for (const { ledger } of members) ledger.countDroppedBeforeSend("expired", expired);
    return inTime;
  }

  #isBacklogged(member: Member): boolean {
    member.isBacklogged ||= member.port.bufferedBytes() >= backlogHighWaterBytes;
    return member.isBacklogged;
  }
}
