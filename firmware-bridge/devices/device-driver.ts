// What a driver is: the pure part of talking to one make of device, its UUIDs, its info, and the bytes of its
// notifications and writes. Neighbours: the links (simulated/simulated-link.ts, web/ble for real radios) do the I/O and
// keep the time; earl-driver.ts is a driver.
import type { DeviceCommand, DeviceInfo, DeviceLinkListener } from "./device-link.ts";

/** One make of device. Implement this to make probes of devices that are not Earl devices. */
export interface DeviceDriver {
  /** The GATT service that a device must offer, and its characteristics: notify, write, read. */
  readonly uuids: {
    readonly service: string;
    readonly events: string;
    readonly commands: string;
    readonly info: string;
  };
  /** Undefined when these bytes do not come from such a device. */
  parseInfo(bytes: Uint8Array): DeviceInfo | undefined;
  /** Called for every connection: sequences and unfinished messages end with it. */
  startSession(): DriverSession;
}

export interface DriverSession {
  /** Passes on every message that this notification completes, and counts what it had to throw away. */
  read(chunk: Uint8Array, receivedAtMs: number, listener: Pick<DeviceLinkListener, "onEvent" | "onDiscard">): void;
  /** What to write, in this order; each chunk fits one write of 20 bytes. */
  write(command: Pick<DeviceCommand, "kind" | "payload">): readonly Uint8Array[];
}
