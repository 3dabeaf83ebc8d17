// Records that are held back to share a message. Earliest deadline first: the first record whose slack runs out takes
// the whole queue along, and so does a packet that is full. The mux owns the queues and sends what they give out.

import type { Cancel, Schedule } from "../basics/runtime.ts";
import { aggregateOverheadBytes, recordBytes } from "../wire/aggregate-layout.ts";
import { maxPacketBytes } from "../wire/frame-types.ts";
import type { GatewayRecord } from "../wire/record.ts";

/** Why a queue gives out what waits in it. */
export type FlushReason =
  /** A record came that may not wait. */
  | "urgent"
  /** The slack of a record has run out. */
  | "window"
  /** The next record does not fit the packet any more. */
  | "full"
  /** Meant for one peer alone, which waits for nothing. */
  | "directed"
  /** A channel that was full takes messages again. */
  | "drained"
  /** What waits belongs to the roster, or the set of peers, before a change. */
  | "changed";

type SendRecords = (records: readonly GatewayRecord[], reason: FlushReason) => void;

export class SendQueue {
  readonly #schedule: Schedule;
  readonly #send: SendRecords;
  /** Never as many as an aggregate may hold: 190 of the smallest fill a packet. */
  #records: GatewayRecord[] = [];
  /** Of the message that the queue would make now, at the most. */
  #bytes = 0;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancelTimer: Cancel | undefined;

  constructor(schedule: Schedule, send: SendRecords) {
    this.#schedule = schedule;
    this.#send = send;
  }

  get length(): number {
    return this.#records.length;
  }

  /** When the packet is full without this record, it leaves first; a record bigger than a packet goes alone. */
  add(record: GatewayRecord): void {
    let bytes = this.#bytesWith(record);
    if (bytes > maxPacketBytes) {
      this.flush("full");
      bytes = this.#bytesWith(record);
    }
    this.#records.push(record);
    this.#bytes = bytes;
  }

  /** All that waits leaves within `slackMs`. A timer that comes late is made up for here, at the next record. */
  flushWithin(slackMs: number, nowMs: number): void {
    const dueMs = Math.min(this.#dueMs, nowMs + slackMs);
    if (dueMs <= nowMs) return this.flush(slackMs === 0 ? "urgent" : "window");
    if (dueMs === this.#dueMs) return;
    this.#dueMs = dueMs;
    this.#cancelTimer?.();
    this.#cancelTimer = this.#schedule(dueMs - nowMs, this.#onTimer);
  }

  flush(reason: FlushReason): void {
    const records = this.clear();
    if (records.length > 0) this.#send(records, reason);
  }

  /** Takes everything out without sending it. */
  clear(): readonly GatewayRecord[] {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#dueMs = Number.POSITIVE_INFINITY;
    const records = this.#records;
    this.#records = [];
    return records;
  }

  readonly #onTimer = (): void => this.flush("window");

  #bytesWith(record: GatewayRecord): number {
    const first = this.#records[0];
    if (first === undefined) return aggregateOverheadBytes + recordBytes(record, record.timeUs);
    return this.#bytes + recordBytes(record, first.timeUs);
  }
}
