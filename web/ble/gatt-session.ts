// One connection to one device, from discovery until it is lost: its characteristics, its queue and its driver's state.
// Neighbours: gatt-link.ts makes a new one for every connection, because Chromium's service and characteristic objects,
// sequences and half-received messages do not outlive one. Invariant: after `end` the listener is not called.

import type { DeviceDriver, DriverSession } from "../../firmware-bridge/devices/device-driver.ts";
import { canDo } from "../../firmware-bridge/devices/device-info.ts";
import type {
  DeviceCommand,
  DeviceInfo,
  DeviceLinkListener,
  LinkFailure,
  WriteOutcome,
} from "../../firmware-bridge/devices/device-link.ts";
import { assignedUuids } from "../../firmware-bridge/devices/earl-profile.ts";
import { bytesOf } from "../../firmware-bridge/frames/bytes.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeBattery } from "../../firmware-bridge/frames/payloads.ts";
import type { Now, Schedule } from "../../gateway/basics/runtime.ts";
import { GattQueue } from "./gatt-queue.ts";

export interface GattSessionOptions {
  readonly server: BluetoothRemoteGATTServer;
  readonly driver: DeviceDriver;
  readonly listener: Pick<DeviceLinkListener, "onEvent" | "onDiscard">;
  readonly now: Now;
  readonly schedule: Schedule;
  /** The device does not answer; the connection cannot be used any more. */
  onStuck(): void;
}

/** What a session needs once it has been opened. */
interface Opened {
  readonly info: DeviceInfo;
  readonly commands: BluetoothRemoteGATTCharacteristic;
}

export class GattSession {
  readonly #options: GattSessionOptions;
  readonly #queue: GattQueue;
  readonly #driver: DriverSession;
  readonly #unsubscribe: (() => void)[] = [];
  #opened: Opened | undefined;

  constructor(options: GattSessionOptions) {
    this.#options = options;
    this.#queue = new GattQueue(options);
    this.#driver = options.driver.startSession();
  }

  /**
   * Discovers the device, reads its info and subscribes to its events. The battery is asked for later, behind the first
   * commands.
   */
  async open(): Promise<DeviceInfo | LinkFailure> {
    const { server, driver } = this.#options;
    const outcome = await this.#queue.add({
      run: async (attempt): Promise<Opened | undefined> => {
        const service = await attempt(() => server.getPrimaryService(driver.uuids.service));
        const infoCharacteristic = await attempt(() => service.getCharacteristic(driver.uuids.info));
        const info = driver.parseInfo(bytesOf(await attempt(() => infoCharacteristic.readValue())));
        if (info === undefined) return undefined;
        const commands = await attempt(() => service.getCharacteristic(driver.uuids.commands));
        const events = await attempt(() => service.getCharacteristic(driver.uuids.events));
        this.#listen(events, (bytes) => this.#driver.read(bytes, this.#options.now(), this.#options.listener));
        await attempt(() => events.startNotifications());
        return { info, commands };
      },
    });
    if (outcome.kind === "failed") return outcome.failure;
    if (outcome.kind !== "done" || outcome.value === undefined) return "not-an-earl-device";
    this.#opened = outcome.value;
    void this.#watchBattery();
    return outcome.value.info;
  }

  async write(command: DeviceCommand): Promise<WriteOutcome> {
    if (this.#opened === undefined) return { kind: "failed", failure: "link-lost" };
    const { info, commands } = this.#opened;
    if (!canDo(info, command.kind)) return { kind: "failed", failure: "not-supported-by-probe" };
    const outcome = await this.#queue.add({
      key: command.kind,
      expiresAtMs: command.expiresAtMs,
      run: async (attempt) => {
        // Encoded only now: a command that was replaced must not use up a sequence, the device would count it as lost.
        for (const chunk of this.#driver.write(command)) await attempt(() => writeChunk(commands, chunk));
        return this.#options.now();
      },
    });
    return outcome.kind === "done" ? { kind: "written", atMs: outcome.value } : outcome;
  }

  expireWaiting(): void {
    this.#queue.expireWaiting();
  }

  /** Resolves what is pending as failed. Calling it again does nothing. */
  end(failure: LinkFailure): void {
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#queue.end(failure);
  }

  /** A device may have no Battery service, or not answer: it is still a probe. */
  async #watchBattery(): Promise<void> {
    const service = await this.#ask(() => this.#options.server.getPrimaryService(assignedUuids.batteryService));
    const level = service && (await this.#ask(() => service.getCharacteristic(assignedUuids.batteryLevel)));
    const value = level && (await this.#ask(() => level.readValue()));
    if (level === undefined || value === undefined) return;
    this.#batteryLevel(bytesOf(value));
    if (!level.properties.notify) return;
    this.#listen(level, (bytes) => this.#batteryLevel(bytes));
    await this.#ask(() => level.startNotifications());
  }

  /** One operation for each question, so that a command never waits behind all of them. */
  async #ask<T>(call: () => Promise<T>): Promise<T | undefined> {
    const outcome = await this.#queue.add({ run: (attempt) => attempt(call) });
    return outcome.kind === "done" ? outcome.value : undefined;
  }

  #listen(characteristic: BluetoothRemoteGATTCharacteristic, onBytes: (bytes: Uint8Array) => void): void {
    const onChange = () => {
      if (characteristic.value !== undefined) onBytes(bytesOf(characteristic.value));
    };
    characteristic.addEventListener("characteristicvaluechanged", onChange);
    this.#unsubscribe.push(() => characteristic.removeEventListener("characteristicvaluechanged", onChange));
  }

  /**
   * Battery Level is one byte of percent, 0–100 (Bluetooth SIG, Battery Service 1.1 §3.1); it does not say whether the
   * battery is charging.
   */
  #batteryLevel([percent]: Uint8Array): void {
    const { listener, now } = this.#options;
    if (percent === undefined || percent > 100) return listener.onDiscard("malformedBattery", 1);
    listener.onEvent({
      kind: kinds.battery,
      payload: encodeBattery({ percent, isCharging: false }),
      receivedAtMs: now(),
    });
  }
}

/**
 * With response where the device has it: the write resolves when the device has acknowledged it, so that "written"
 * means "arrived". It costs the buzz nothing, since request and command leave in the same connection event; only the
 * next chunk waits.
 */
const writeChunk = (commands: BluetoothRemoteGATTCharacteristic, chunk: Uint8Array): Promise<void> =>
  commands.properties.write
    ? commands.writeValueWithResponse(chunk.slice())
    : commands.writeValueWithoutResponse(chunk.slice());
