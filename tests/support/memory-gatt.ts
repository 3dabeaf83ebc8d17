// A `BluetoothDevice` in memory over any `Peripheral`, as Chromium would show it: for what a radio does in the midst of
// an operation. Its service and characteristic objects belong to one connection; writes take a while, and can be made
// to hang as they do when the probe walks out of reach.
import { earlUuids } from "../../firmware-bridge/devices/earl-profile.ts";
import type { Peripheral } from "../../firmware-bridge/simulated/peripheral.ts";
import type { Schedule } from "../../gateway/basics/runtime.ts";

/** What every operation takes: a connection event or two. */
export const operationMs = 15;

const networkError = () => new DOMException("GATT Server is disconnected.", "NetworkError");

export class MemoryGattDevice extends EventTarget {
  readonly id: string;
  readonly name: string;
  /** The next writes are neither carried out nor answered. */
  isHanging = false;
  readonly #peripheral: Peripheral;
  readonly #schedule: Schedule;
  #connection: Connection | undefined;

  constructor(name: string, peripheral: Peripheral, schedule: Schedule) {
    super();
    this.id = name;
    this.name = name;
    this.#peripheral = peripheral;
    this.#schedule = schedule;
  }

  /** What the product is handed. */
  asDevice(): BluetoothDevice {
    return this as unknown as BluetoothDevice;
  }

  readonly gatt = { connect: () => this.#connect(), disconnect: (): void => this.#disconnect() };

  async #connect() {
    await this.wait();
    const connection = new Connection(this, this.#peripheral);
    const isConnected = this.#peripheral.connect({
      onNotify: (chunk) => connection.notify(chunk),
      onDisconnect: () => {
        this.#connection = undefined;
        this.dispatchEvent(new Event("gattserverdisconnected"));
      },
    });
    if (!isConnected) throw new DOMException("Connection attempt failed.", "NetworkError");
    this.#connection = connection;
    return {
      getPrimaryService: (uuid: string) => connection.service(uuid),
      disconnect: (): void => this.#disconnect(),
    };
  }

  #disconnect(): void {
    this.#peripheral.disconnect();
    this.#connection = undefined;
  }

  isCurrent(connection: Connection): boolean {
    return this.#connection === connection;
  }

  wait(): Promise<void> {
    return new Promise((resolve) => this.#schedule(operationMs, resolve));
  }
}

/** From `connect` to the drop. */
class Connection {
  readonly #device: MemoryGattDevice;
  readonly #peripheral: Peripheral;
  readonly #events = new Characteristic();

  constructor(device: MemoryGattDevice, peripheral: Peripheral) {
    this.#device = device;
    this.#peripheral = peripheral;
  }

  notify(chunk: Uint8Array): void {
    this.#events.notify(chunk);
  }

  async service(uuid: string) {
    await this.#operation();
    if (uuid !== earlUuids.service) throw new DOMException("No Services matching UUID", "NotFoundError");
    return { getCharacteristic: (characteristic: string) => this.#characteristic(characteristic) };
  }

  async #characteristic(uuid: string) {
    await this.#operation();
    switch (uuid) {
      case earlUuids.info:
        return { readValue: async () => new DataView(this.#peripheral.readInfo().slice().buffer) };
      case earlUuids.commands:
        return { properties: { write: true }, writeValueWithResponse: (chunk: Uint8Array) => this.#write(chunk) };
      case earlUuids.events:
        return Object.assign(this.#events, { startNotifications: async () => this.#peripheral.subscribe() });
      default:
        throw new DOMException("No Characteristics matching UUID", "NotFoundError");
    }
  }

  async #write(chunk: Uint8Array): Promise<void> {
    if (this.#device.isHanging) return new Promise(() => undefined);
    await this.#operation();
    if (!this.#peripheral.writeCommand(chunk)) return new Promise(() => undefined);
  }

  async #operation(): Promise<void> {
    await this.#device.wait();
    if (!this.#device.isCurrent(this)) throw networkError();
  }
}

class Characteristic extends EventTarget {
  value: DataView | undefined;

  notify(chunk: Uint8Array): void {
    this.value = new DataView(chunk.slice().buffer);
    this.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}
