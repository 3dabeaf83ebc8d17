// Records by what became of them, summed over pairs of gateways: what the sender and the receiver of each pair have
// counted.
import { type LedgerSnapshot, sumOf } from "../../gateway/records/ledger.ts";

export interface Sums {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly late: number;
  readonly duplicate: number;
  readonly dropped: number;
}

export const noSums: Sums = { sent: 0, delivered: 0, lost: 0, late: 0, duplicate: 0, dropped: 0 };

export const addSums = (sums: Sums, sender: LedgerSnapshot, receiver: LedgerSnapshot): Sums => ({
  sent: sums.sent + sender.sent,
  delivered: sums.delivered + receiver.delivered,
  lost: sums.lost + sender.lost,
  late: sums.late + receiver.late,
  duplicate: sums.duplicate + receiver.duplicate,
  dropped: sums.dropped + sumOf(receiver.dropped),
});
