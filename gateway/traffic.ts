// The accounts of many peers as one: what a person is shown, and what a report of the whole gateway holds.
import { type LedgerSnapshot, sumOf } from "./ledger.ts";

/** Counts of records since the room was entered. Sent = delivered + duplicate + late + dropped at the receivers, + lost + under way. */
export interface Traffic {
  readonly sent: number;
  readonly droppedBeforeSend: number;
  readonly lost: number;
  readonly received: number;
  readonly delivered: number;
  readonly duplicate: number;
  readonly late: number;
  readonly dropped: number;
}

export const noTraffic: Traffic = {
  sent: 0,
  droppedBeforeSend: 0,
  lost: 0,
  received: 0,
  delivered: 0,
  duplicate: 0,
  late: 0,
  dropped: 0,
};

export const trafficOf = (ledger: LedgerSnapshot): Traffic => ({
  sent: ledger.sent,
  droppedBeforeSend: sumOf(ledger.droppedBeforeSend),
  lost: ledger.lost,
  received: ledger.received,
  delivered: ledger.delivered,
  duplicate: ledger.duplicate,
  late: ledger.late,
  dropped: sumOf(ledger.dropped),
});

export const addTraffic = (a: Traffic, b: Traffic): Traffic => ({
  sent: a.sent + b.sent,
  droppedBeforeSend: a.droppedBeforeSend + b.droppedBeforeSend,
  lost: a.lost + b.lost,
  received: a.received + b.received,
  delivered: a.delivered + b.delivered,
  duplicate: a.duplicate + b.duplicate,
  late: a.late + b.late,
  dropped: a.dropped + b.dropped,
});
