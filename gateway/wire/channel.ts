// One pipe of messages to one peer, whoever opened it. Unordered and reliable; a message arrives whole or not at all.
// Nothing that arrives before `listen` is lost. The web implementation is web/mesh/data-channel.ts, the fake
// tests/support/memory-channel.ts.

/** SHA-256 of both DTLS certificates of this very connection, 32 bytes each. */
export interface FingerprintPair {
  readonly local: Uint8Array;
  readonly remote: Uint8Array;
}

/** The descriptions do not name exactly one certificate a side, or the browser holds another than they name. */
export interface FingerprintRefusal {
  readonly refused: "no-fingerprint" | "several-fingerprints" | "other-hash" | "certificate-differs" | "closed";
}

export interface ChannelListener {
  onMessage(message: Uint8Array): void;
  /** `bufferedBytes()` has fallen below the low-water mark again. */
  onDrain(): void;
  /** Exactly once, also after our own `close()`. */
  onClose(reason: string): void;
}

export interface Channel {
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  /**
   * Who carried offer and answer. The handshake is the same for both; whether the session id is believed is not
   * (`#isSessionOfAnother` in peer-book.ts).
   */
  readonly signaledBy: "server" | "neighbour";
  fingerprints(): Promise<FingerprintPair | FingerprintRefusal>;
  /** Called once. */
  listen(listener: ChannelListener): void;
  /** False when the channel is closed or closing: the message was not taken. */
  send(message: Uint8Array): boolean;
  /** Bytes that `send` took and the network has not. */
  bufferedBytes(): number;
  close(reason: string): void;
}

/** At this many buffered bytes a peer counts as backlogged: about a second of a busy gateway's traffic. */
export const backlogHighWaterBytes = 64 * 1024;
/** `onDrain` fires when the buffer falls to this. */
export const backlogLowWaterBytes = 16 * 1024;
