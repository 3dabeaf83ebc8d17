// Whether the accounts of the two ends of a pair agree, as docs/protocol.md §2.6 wants it.
import { type LedgerSnapshot, sumOf } from "../../gateway/records/ledger.ts";

/**
 * The sender's records of which neither end knows what became: 0 once nothing is under way and the receiver has
 * reported on a channel that the sender still has. Negative when records were counted twice.
 */
export const unaccounted = (sender: LedgerSnapshot, receiver: LedgerSnapshot): number =>
  sender.sent -
  (receiver.delivered + receiver.duplicate + receiver.late + sumOf(receiver.dropped) + receiver.held + sender.lost);
