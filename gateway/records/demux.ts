// The records of one peer on their way in: each is counted as received once, and then once as delivered, duplicate,
// late or dropped.
// Neighbours: decode-message.ts before it; behind it what reacts to records; `gate` asks that peer's clock.
// What cannot be decided yet is held, bounded in number and time: aggregates for their roster, effects for the clock.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeBattery, decodeGesture, decodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import type { RecordAllowance } from "../admission/record-allowance.ts";
import type { Now } from "../basics/runtime.ts";
import { splitCommandTarget } from "../wire/command-payload.ts";
import type { Aggregate } from "../wire/frame-types.ts";
import { effectLifetimeMs, type GatewayRecord, hasEffect, recordClass } from "../wire/record.ts";
import type { Roster, RosterProbe } from "../wire/roster.ts";
import type { Ledger } from "./ledger.ts";
import { ReceivedProbes } from "./received-probes.ts";

/**
 * The roster leaves before the first aggregate that names it; only a lost packet, sent again within seconds, lets it
 * come after.
 */
export const maxHeldAggregates = 32;
export const holdForRosterMs = 5000;
/** Records with an effect that wait for the clock, which a ping answers in one round trip. */
export const maxHeldEffects = 64;

/** Whether the deadline of a record with an effect has passed; "unknown" as long as the peer's clock is. */
export type Gate = (record: GatewayRecord, nowMs: number) => "in-time" | "late" | "unknown";

export interface DemuxOptions {
  readonly now: Now;
  readonly ledger: Ledger;
  readonly allowance: RecordAllowance;
  readonly gate: Gate;
  /** `probe` is undefined for a record of the peer's gateway itself, as commands are. */
  readonly deliver: (record: GatewayRecord, probe: RosterProbe | undefined, nowMs: number) => void;
  /** The peer goes on and on beyond what is taken; it should be disconnected. */
  readonly onFlood: () => void;
  /**
   * For every record that came for the first time, whatever becomes of it: to measure only what was in time would
   * measure no delay.
   */
  readonly onArrival?: ((record: GatewayRecord, arrivedAtMs: number, nowMs: number) => void) | undefined;
}

interface ArrivedAggregate {
  readonly aggregate: Aggregate;
  readonly arrivedAtMs: number;
}

interface HeldEffect {
  readonly record: GatewayRecord;
  readonly probe: RosterProbe | undefined;
  readonly untilMs: number;
}

export class Demux {
  readonly #options: DemuxOptions;
  readonly #probes = new ReceivedProbes();
  #roster: Roster | undefined;
  /** Both lists are in the order in which they are given up. */
  #heldAggregates: ArrivedAggregate[] = [];
  #heldEffects: HeldEffect[] = [];

  constructor(options: DemuxOptions) {
    this.#options = options;
  }

  /** The newest that has come. */
  get roster(): Roster | undefined {
    return this.#roster;
  }

  /** False for a roster that is not newer than the last. */
  onRoster(roster: Roster): boolean {
    if (roster.version <= this.#rosterVersion) return false;
    this.#roster = roster;
    this.#probes.update(roster);
    const held = this.#heldAggregates;
    this.#heldAggregates = [];
    const nowMs = this.#options.now();
    for (const waiting of held) {
      if (waiting.aggregate.rosterVersion > roster.version) this.#heldAggregates.push(waiting);
      else {
        this.#options.allowance.held.release();
        this.#decideAll(waiting, nowMs);
      }
    }
    return true;
  }

  /** All its records are judged by one reading of the clock. */
  onAggregate(aggregate: Aggregate): void {
    const { ledger, allowance } = this.#options;
    const { length } = aggregate.records;
    const nowMs = this.#options.now();
    const arrived: ArrivedAggregate = { aggregate, arrivedAtMs: nowMs };
    ledger.countReceived(length);
    const verdict = allowance.take(aggregate.records);
    if (verdict !== "taken") {
      ledger.countDropped("rate", length);
      if (verdict === "flood") this.#options.onFlood();
    } else if (aggregate.rosterVersion > this.#rosterVersion) this.#holdForRoster(arrived);
    else this.#decideAll(arrived, nowMs);
  }

  /** The peer's clock is known, or known better: asks the gate again for all that is held. */
  recheck(): void {
    const held = this.#heldEffects;
    this.#heldEffects = [];
    const nowMs = this.#options.now();
    for (const waiting of held) {
      const verdict = this.#options.gate(waiting.record, nowMs);
      if (verdict === "unknown") this.#heldEffects.push(waiting);
      else this.#settle(verdict, waiting.record, waiting.probe, nowMs);
    }
  }

  /** About once a second, with or without a channel: gives up what has been held too long. */
  tick(): void {
    const nowMs = this.#options.now();
    while ((this.#heldEffects[0]?.untilMs ?? nowMs) < nowMs) this.#giveUpOldestEffect();
    const sinceMs = nowMs - holdForRosterMs;
    while ((this.#heldAggregates[0]?.arrivedAtMs ?? sinceMs) < sinceMs) this.#giveUpOldestAggregate();
  }

  /** This peer is not heard any more: decides all that is held, as if its time were over. */
  giveUp(): void {
    while (this.#heldEffects.length > 0) this.#giveUpOldestEffect();
    while (this.#heldAggregates.length > 0) this.#giveUpOldestAggregate();
  }

  get #rosterVersion(): number {
    return this.#roster?.version ?? 0;
  }

  #holdForRoster(arrived: ArrivedAggregate): void {
    const { ledger, allowance } = this.#options;
    if (this.#heldAggregates.length === maxHeldAggregates) this.#giveUpOldestAggregate();
    if (allowance.held.take()) this.#heldAggregates.push(arrived);
    else ledger.countDropped("no-roster", arrived.aggregate.records.length);
  }

  #giveUpOldestAggregate(): void {
    const oldest = this.#heldAggregates.shift();
    if (oldest === undefined) return;
    this.#options.allowance.held.release();
    this.#options.ledger.countDropped("no-roster", oldest.aggregate.records.length);
  }

  #decideAll({ aggregate, arrivedAtMs }: ArrivedAggregate, nowMs: number): void {
    for (const record of aggregate.records) this.#decide(record, aggregate.rosterVersion, arrivedAtMs, nowMs);
  }

  #decide(record: GatewayRecord, rosterVersion: number, arrivedAtMs: number, nowMs: number): void {
    const { ledger, onArrival } = this.#options;
    const probe = this.#probes.find(record.probe, rosterVersion);
    if (probe === undefined) return ledger.countDropped("unknown-probe", 1);
    const novelty = probe.judge(record);
    if (novelty === "duplicate") return ledger.countDuplicate();
    onArrival?.(record, arrivedAtMs, nowMs);
    if (novelty === "stale") return ledger.countLate();
    if (isMalformed(record)) return ledger.countDropped("malformed", 1);
    const verdict = hasEffect(record.kind) ? this.#options.gate(record, nowMs) : "in-time";
    if (verdict === "unknown") this.#holdForClock(record, probe.info, nowMs);
    else this.#settle(verdict, record, probe.info, nowMs);
  }

  #settle(verdict: "in-time" | "late", record: GatewayRecord, probe: RosterProbe | undefined, nowMs: number): void {
    const { ledger, allowance, deliver } = this.#options;
    if (verdict === "late") return ledger.countLate();
    if (hasEffect(record.kind) && !allowance.takeEffect()) return ledger.countDropped("rate", 1);
    ledger.countDelivered();
    deliver(record, probe, nowMs);
  }

  #holdForClock(record: GatewayRecord, probe: RosterProbe | undefined, nowMs: number): void {
    // A copy, because a view would keep the whole message of up to 16 KiB.
    const copy = { ...record, payload: record.payload.slice() };
    // Nothing is made after it has arrived: whatever the clock turns out to be, its deadline is not after this.
    this.#heldEffects.push({ record: copy, probe, untilMs: nowMs + effectLifetimeMs });
    if (this.#heldEffects.length > maxHeldEffects) this.#giveUpOldestEffect();
  }

  #giveUpOldestEffect(): void {
    if (this.#heldEffects.shift() !== undefined) this.#options.ledger.countLate();
  }
}

/** Of the kinds that somebody reacts to, and of commands, which are the gateway's own and name their target. */
const isMalformed = ({ kind, probe, payload }: GatewayRecord): boolean => {
  if (recordClass(kind) === "command") {
    const split = probe === 0 ? splitCommandTarget(payload) : undefined;
    return split === undefined || (kind === kinds.vibrate && decodeVibration(split.payload) === undefined);
  }
  if (kind === kinds.gesture) return decodeGesture(payload) === undefined;
  return kind === kinds.battery && decodeBattery(payload) === undefined;
};
