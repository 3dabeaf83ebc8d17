// The pure part of talking to a device: its UUIDs, its info, and the bytes of its notifications and writes.
// Neighbours: the links (simulated-link.ts here, web/ble for real radios), which do the I/O and keep the time.

import { FrameDecoder } from "../frames/decode-frames.ts";
import { FrameEncoder } from "../frames/encode-frames.ts";
import type { DeviceCommand, DeviceInfo, DeviceLinkListener } from "./device-link.ts";
import { earlUuids, parseInfo } from "./earl-profile.ts";

/** One make of device. Others than Earl devices become probes by implementing this. */
export interface DeviceDriver {
  /** The GATT service that a device must offer, and its characteristics: notify, write, read. */
  readonly uuids: {
    readonly service: string;
    readonly events: string;
    readonly commands: string;
    readonly info: string;
  };
  /** Undefined when these bytes are not of such a device. */
  parseInfo(bytes: Uint8Array): DeviceInfo | undefined;
  /** To be called for every connection: sequences and unfinished messages do not outlive one. */
  startSession(): DriverSession;
}

export interface DriverSession {
  /** Hands on every message that this notification completes, and counts what it had to throw away. */
  read(chunk: Uint8Array, receivedAtMs: number, listener: Pick<DeviceLinkListener, "onEvent" | "onDiscard">): void;
  /** What to write, in this order; each chunk fits one write of 20 bytes. */
  write(command: Pick<DeviceCommand, "kind" | "payload">): readonly Uint8Array[];
}

class EarlSession implements DriverSession {
  readonly #decoder = new FrameDecoder();
  readonly #encoder = new FrameEncoder();

  read(chunk: Uint8Array, receivedAtMs: number, listener: Pick<DeviceLinkListener, "onEvent" | "onDiscard">): void {
    const before: Readonly<Record<string, number>> = { ...this.#decoder.counts };
    const messages = this.#decoder.push(chunk);
    for (const [cause, count] of Object.entries(this.#decoder.counts)) {
      const discarded = count - (before[cause] ?? 0);
      if (discarded > 0) listener.onDiscard(cause, discarded);
    }
    for (const { kind, payload } of messages) listener.onEvent({ kind, payload, receivedAtMs });
  }

  write({ kind, payload }: Pick<DeviceCommand, "kind" | "payload">): readonly Uint8Array[] {
    return this.#encoder.encode(kind, payload);
  }
}

export const earlDriver: DeviceDriver = {
  uuids: earlUuids,
  parseInfo,
  startSession: () => new EarlSession(),
};
