// The account of all records between this gateway and one peer, both in one epoch, over all channels: docs/protocol.md
// §2.6. Double entry: what comes in (addressed, received) is counted where it comes in, what becomes of it where that
// is decided; `queued` and `held` are the difference. Mux and demux count, ping and pong carry the report.
// Invariant: in the end all that one side has sent is lost, or decided at the other (tests/support/unaccounted.ts).
import type { LedgerReport } from "../wire/frame-types.ts";

/** Why a record addressed to the peer never left. */
export type SendDrop =
  /** Its deadline passed in the queue: the page slept, or the peer was backlogged. */
  | "expired"
  /** The peer was backlogged and a newer sample took its place. */
  | "superseded"
  /** The peer was backlogged and too much waited already. */
  | "backlog-full"
  /** The channel closed before it was sent. */
  | "channel-closed";

/** Why a record from the peer was not handed on, although it was neither a duplicate nor late. */
export type ReceiveDrop =
  /** More records than a gateway may send, alone or beside what all others send. */
  | "rate"
  /** The roster that it refers to did not come in time. */
  | "no-roster"
  /** Its probe is not in that roster. */
  | "unknown-probe"
  /** A command that names no target, or a payload that is shorter than its kind needs. */
  | "malformed";

export interface LedgerSnapshot {
  readonly addressed: number;
  /** Addressed, and neither sent nor dropped yet. */
  readonly queued: number;
  readonly sent: number;
  readonly droppedBeforeSend: Readonly<Record<SendDrop, number>>;
  /** Sent on channels that are closed, and not confirmed as received. */
  readonly lost: number;
  readonly received: number;
  /** Received, and not decided yet. */
  readonly held: number;
  readonly delivered: number;
  readonly duplicate: number;
  readonly late: number;
  readonly dropped: Readonly<Record<ReceiveDrop, number>>;
  /** What the peer said last of its own side. */
  readonly remote: LedgerReport | undefined;
}

export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/**
 * Grows with every report that says anything new; the channel is unordered, so an older report may come after a newer
 * one.
 */
const progressOf = (report: LedgerReport): number =>
  report.sent +
  report.droppedBeforeSend +
  report.receivedEarlier +
  report.received +
  report.delivered +
  report.duplicate +
  report.late +
  report.dropped;

export class Ledger {
  #addressed = 0;
  #sent = 0;
  readonly #droppedBeforeSend: Record<SendDrop, number> = {
    expired: 0,
    superseded: 0,
    "backlog-full": 0,
    "channel-closed": 0,
  };
  /** Of `#sent`: on channels before this one. */
  #sentEarlier = 0;
  /** Of `#sentEarlier`: what the peer has confirmed. */
  #confirmedEarlier = 0;
  /** Of what was sent on this channel. */
  #confirmedHere = 0;

  #receivedEarlier = 0;
  #receivedHere = 0;
  #delivered = 0;
  #duplicate = 0;
  #late = 0;
  readonly #dropped: Record<ReceiveDrop, number> = { rate: 0, "no-roster": 0, "unknown-probe": 0, malformed: 0 };

  #remote: LedgerReport | undefined;

  /** From now on records go over a new channel. What still arrives on an earlier one must not be counted any more. */
  openChannel(): void {
    this.closeChannel();
    this.#remote = undefined; // What it says on the new channel stands, even where it forgot us meanwhile.
  }

  /** What was sent and is not confirmed counts as lost, until a report on a later channel confirms it. */
  closeChannel(): void {
    this.#sentEarlier = this.#sent;
    this.#confirmedEarlier += this.#confirmedHere;
    this.#confirmedHere = 0;
    this.#receivedEarlier += this.#receivedHere;
    this.#receivedHere = 0;
  }

  countAddressed(records: number): void {
    this.#addressed += records;
  }

  countSent(records: number): void {
    this.#sent += records;
  }

  countDroppedBeforeSend(cause: SendDrop, records: number): void {
    this.#droppedBeforeSend[cause] += records;
  }

  countReceived(records: number): void {
    this.#receivedHere += records;
  }

  countDelivered(): void {
    this.#delivered++;
  }

  countDuplicate(): void {
    this.#duplicate++;
  }

  countLate(): void {
    this.#late++;
  }

  countDropped(cause: ReceiveDrop, records: number): void {
    this.#dropped[cause] += records;
  }

  /** What I tell the peer; it must travel on the channel that is open. */
  report(): LedgerReport {
    return {
      sent: this.#sent,
      droppedBeforeSend: sumOf(this.#droppedBeforeSend),
      receivedEarlier: this.#receivedEarlier,
      received: this.#receivedHere,
      delivered: this.#delivered,
      duplicate: this.#duplicate,
      late: this.#late,
      dropped: sumOf(this.#dropped),
    };
  }

  /** What the peer tells me, on the channel that is open. */
  heard(report: LedgerReport): void {
    if (this.#remote !== undefined && progressOf(report) < progressOf(this.#remote)) return;
    this.#remote = report;
    this.#confirmedEarlier = report.receivedEarlier;
    this.#confirmedHere = report.received;
  }

  snapshot(): LedgerSnapshot {
    const received = this.#receivedEarlier + this.#receivedHere;
    const decided = this.#delivered + this.#duplicate + this.#late + sumOf(this.#dropped);
    return {
      addressed: this.#addressed,
      queued: this.#addressed - this.#sent - sumOf(this.#droppedBeforeSend),
      sent: this.#sent,
      droppedBeforeSend: { ...this.#droppedBeforeSend },
      lost: Math.max(0, this.#sentEarlier - this.#confirmedEarlier),
      received,
      held: received - decided,
      delivered: this.#delivered,
      duplicate: this.#duplicate,
      late: this.#late,
      dropped: { ...this.#dropped },
      remote: this.#remote,
    };
  }
}
