// A Bluetooth device as Web Bluetooth shows it, without a radio: the product's own GattLink, GattSession and GattQueue
// run on it. It has only what they use. Its owner sends as the device, and sees each write with the cause that was
// attached to it.

import type { DeviceDriver, DriverSession } from "../../firmware-bridge/devices/device-driver.ts";
import type {
  DeviceCommand,
  DeviceInfo,
  DeviceLink,
  DeviceLinkListener,
} from "../../firmware-bridge/devices/device-link.ts";
import { earlDriver } from "../../firmware-bridge/devices/earl-driver.ts";
import { earlUuids, encodeInfo } from "../../firmware-bridge/devices/earl-profile.ts";
import type { Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import { GattLink } from "../../web/ble/gatt-link.ts";
import { ownDeviceHold } from "../../web/platform/device-hold.ts";
import { afterService, type ServiceOptions } from "../load/service-time.ts";

/** Why something is written: the record that requested it. */
export interface WriteCause {
  readonly dueMs: number;
  readonly slice: number;
  /** When the message that carried it arrived, on the page's own clock. */
  readonly arrivedAtMs: number;
}

export interface FakeGattOptions {
  readonly name: string;
  readonly info: DeviceInfo;
  readonly service: ServiceOptions;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
  /** The page gives these bytes to the radio. */
  readonly onWrite: (chunk: Uint8Array, cause: WriteCause | undefined) => void;
  /** The cause of the commands that are given right now. */
  readonly currentCause: () => WriteCause | undefined;
}

class Characteristic extends EventTarget {
  readonly properties = { write: false, writeWithoutResponse: true, notify: true, read: true };
  value: DataView | undefined;
  readonly #read: () => Uint8Array;
  readonly #write: (chunk: Uint8Array) => Promise<void>;

  constructor(read: () => Uint8Array, write: (chunk: Uint8Array) => Promise<void>) {
    super();
    this.#read = read;
    this.#write = write;
  }

  async readValue(): Promise<DataView> {
    const bytes = this.#read();
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async startNotifications(): Promise<this> {
    return this;
  }

  writeValueWithoutResponse(chunk: Uint8Array): Promise<void> {
    return this.#write(chunk);
  }
}

export class FakeGatt {
  /** The product's link to this device. */
  readonly link: DeviceLink;
  readonly #options: FakeGattOptions;
  readonly #events: Characteristic;
  readonly #commands: Characteristic;
  readonly #causes = new WeakMap<object, WriteCause>();
  #writeCause: WriteCause | undefined;
  /** The chain of writes that do not go through the product: one after the other, as Bluetooth requires. */
  #directWrites: Promise<void> = Promise.resolve();

  constructor(options: FakeGattOptions) {
    this.#options = options;
    const { now, schedule, random, name } = options;
    this.#events = new Characteristic(
      () => new Uint8Array(),
      async () => undefined,
    );
    this.#commands = new Characteristic(
      () => new Uint8Array(),
      (chunk) => this.#written(chunk, this.#writeCause),
    );
    const link = new GattLink({
      device: this.#device(name),
      driver: this.#driver(),
      hold: ownDeviceHold,
      now,
      schedule,
      random,
    });
    this.link = this.#tagged(link);
  }

  /** The device sends a notification. */
  notify(chunk: Uint8Array): void {
    this.#events.value = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#events.dispatchEvent(new Event("characteristicvaluechanged"));
  }

  /** A write by a mode whose only queue is its own chain of promises. */
  writeDirectly(chunk: Uint8Array, cause: WriteCause): void {
    this.#directWrites = this.#directWrites.then(() => this.#written(chunk, cause));
  }

  /** A write that no other write delays. */
  writeRaw(chunk: Uint8Array, cause: WriteCause): void {
    void this.#written(chunk, cause);
  }

  #written(chunk: Uint8Array, cause: WriteCause | undefined): Promise<void> {
    this.#options.onWrite(chunk, cause);
    return new Promise((resolve) => afterService(this.#options.service, resolve));
  }

  #device(name: string): BluetoothDevice {
    const info = new Characteristic(
      () => encodeInfo(this.#options.info),
      async () => undefined,
    );
    const characteristics: Readonly<Record<string, Characteristic>> = {
      [earlUuids.info]: info,
      [earlUuids.events]: this.#events,
      [earlUuids.commands]: this.#commands,
    };
    const service = { getCharacteristic: async (uuid: string) => characteristics[uuid] };
    const server = {
      getPrimaryService: async (uuid: string | number) => {
        if (uuid === earlUuids.service) return service;
        throw new DOMException("no such service", "NotFoundError");
      },
      disconnect: () => undefined,
    };
    const device = Object.assign(new EventTarget(), {
      id: name,
      name,
      gatt: { connect: async () => server, disconnect: () => undefined },
    });
    // Only the members that web/ble uses are there.
    return device as unknown as BluetoothDevice;
  }

  /** The same link, which remembers why a command was given. */
  #tagged(link: DeviceLink): DeviceLink {
    return {
      deviceId: link.deviceId,
      name: link.name,
      get info() {
        return link.info;
      },
      get state() {
        return link.state;
      },
      open: (listener: DeviceLinkListener) => link.open(listener),
      write: (command: DeviceCommand) => {
        const cause = this.#options.currentCause();
        if (cause !== undefined) this.#causes.set(command, cause);
        return link.write(command);
      },
      expireWaiting: () => link.expireWaiting(),
      close: () => link.close(),
    };
  }

  /**
   * The product asks the driver for a command's bytes right before it writes them, so the driver knows the cause of the
   * next write.
   */
  #driver(): DeviceDriver {
    return {
      ...earlDriver,
      startSession: () => {
        const session = earlDriver.startSession();
        const tagged: DriverSession = {
          read: (chunk, receivedAtMs, listener) => session.read(chunk, receivedAtMs, listener),
          write: (command) => {
            this.#writeCause = this.#causes.get(command);
            return session.write(command);
          },
        };
        return tagged;
      },
    };
  }
}
