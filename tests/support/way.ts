// How bad the network is in one direction between two phones: in memory (faulty-carrier.ts) and on real UDP
// (udp-relay.ts).

/** The state of the network from one phone to another, whichever channels lie on it. A test sets it. */
export class Way {
  /** The share of packets that is lost, each time they are sent. */
  lossShare = 0;
  /** The share of messages that come twice; no real DataChannel does that. */
  duplicateShare = 0;
  /** A message may be overtaken by all that are sent this much later. */
  reorderMs = 0;
  isCut = false;
  /** What the other end takes, or the way lets through. */
  bytesPerSecond = Number.POSITIVE_INFINITY;
}
