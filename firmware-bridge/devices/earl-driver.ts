// The driver of devices that speak the Earl service, docs/protocol.md §1: frames in both directions.
// Neighbours: device-driver.ts says what a driver is; frames/ has the codec.
import { FrameDecoder } from "../frames/decode-frames.ts";
import { FrameEncoder } from "../frames/encode-frames.ts";
import type { DeviceDriver, DriverSession } from "./device-driver.ts";
import type { DeviceCommand, DeviceLinkListener } from "./device-link.ts";
import { earlUuids, parseInfo } from "./earl-profile.ts";

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
