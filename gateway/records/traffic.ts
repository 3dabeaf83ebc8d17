// The accounts of many peers as one: what a person is shown, and what a report of the whole gateway holds.
import { Ledger, type LedgerSnapshot, type ReceiveDrop, type SendDrop } from "./ledger.ts";

/**
 * Counts of records since the room was entered. Sent = delivered + duplicate + late + dropped at the receivers, + lost
 * + under way.
 */
export interface Traffic {
  readonly sent: number;
  readonly droppedBeforeSend: Readonly<Record<SendDrop, number>>;
  readonly lost: number;
  readonly received: number;
  readonly delivered: number;
  readonly duplicate: number;
  readonly late: number;
  readonly dropped: Readonly<Record<ReceiveDrop, number>>;
}

export const trafficOf = ({
  sent,
  droppedBeforeSend,
  lost,
  received,
  delivered,
  duplicate,
  late,
  dropped,
}: LedgerSnapshot): Traffic => ({ sent, droppedBeforeSend, lost, received, delivered, duplicate, late, dropped });

export const noTraffic: Traffic = trafficOf(new Ledger().snapshot());

export const addTraffic = (a: Traffic, b: Traffic): Traffic => ({
  sent: a.sent + b.sent,
  droppedBeforeSend: addCounts(a.droppedBeforeSend, b.droppedBeforeSend),
  lost: a.lost + b.lost,
  received: a.received + b.received,
  delivered: a.delivered + b.delivered,
  duplicate: a.duplicate + b.duplicate,
  late: a.late + b.late,
  dropped: addCounts(a.dropped, b.dropped),
});

const addCounts = <Cause extends string>(
  a: Readonly<Record<Cause, number>>,
  b: Readonly<Record<Cause, number>>,
): Readonly<Record<Cause, number>> => {
  const sums: Record<Cause, number> = { ...a };
  for (const cause of Object.keys(a) as Cause[]) sums[cause] = a[cause] + b[cause];
  return sums;
};
