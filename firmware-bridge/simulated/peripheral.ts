// A Bluetooth LE peripheral as its central sees it, without a radio: what simulated-link.ts connects to.
// simulated-arm-probe.ts implements it; a test can stand between the two and lose what it likes.

export interface Central {
  onNotify(chunk: Uint8Array): void;
  /** The link is gone. Not called when the central ended it itself. */
  onDisconnect(): void;
}

export interface Peripheral {
  /** False when it does not answer; a peripheral serves one central at a time. */
  connect(central: Central): boolean;
  /** The info characteristic, docs/protocol.md §1.1. */
  readInfo(): Uint8Array;
  /** From here on it may notify. */
  subscribe(): void;
  /** It notifies nothing after this. */
  disconnect(): void;
  /** One write to the command characteristic; false when nothing confirms it. */
  writeCommand(chunk: Uint8Array): boolean;
}
