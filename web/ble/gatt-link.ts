// A probe over Web Bluetooth: keeps one `BluetoothDevice` connected until it is closed.
// Neighbours: pairing.ts gets the device, gatt-session.ts lives as long as one connection.
// Invariants: at most one session exists, and while one is open the state is `connected`.
// The device is used only while this tab has its hold.

import type { DeviceDriver } from "../../firmware-bridge/devices/device-driver.ts";
import { unknownInfo } from "../../firmware-bridge/devices/device-info.ts";
import type {
  DeviceCommand,
  DeviceInfo,
  DeviceLink,
  DeviceLinkListener,
  LinkFailure,
  LinkState,
  WriteOutcome,
} from "../../firmware-bridge/devices/device-link.ts";
import { LinkStatus } from "../../firmware-bridge/devices/link-status.ts";
import { backoffMs } from "../../gateway/basics/backoff.ts";
import type { Cancel, Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import { shortPlainName } from "../../gateway/wire/plain-name.ts";
import type { DeviceHold } from "../platform/device-hold.ts";
import { timedOut, withTimeLimit } from "../platform/time-limit.ts";
import { linkFailureOf } from "./bluetooth-errors.ts";
import { GattSession } from "./gatt-session.ts";

/**
 * Chromium's connect() may never be settled. A probe that advertises once a second is found several times in this time.
 */
export const connectTimeoutMs = 10_000;

/** The first reconnection comes soon: most links are lost because a body is between probe and phone. */
export const firstRetryMs = 500;
/** The probe may come back at any time in a shift; an attempt every half minute costs the phone little. */
export const lastRetryMs = 30_000;
const retries = { firstMs: firstRetryMs, longestMs: lastRetryMs };

export interface GattLinkOptions {
  readonly device: BluetoothDevice;
  readonly driver: DeviceDriver;
  /** Taken before the device is connected, released when the link is closed. */
  readonly hold: DeviceHold;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
}

export class GattLink implements DeviceLink {
  readonly deviceId: string;
  readonly name: string;
  readonly #options: GattLinkOptions;
  #info: DeviceInfo = unknownInfo;
  readonly #status = new LinkStatus();
  #session: GattSession | undefined;
  #cancelRetry: Cancel | undefined;

  constructor(options: GattLinkOptions) {
    this.#options = options;
    this.deviceId = options.device.id;
    // The device chooses its name, which is shown before it has passed through any roster.
    this.name = shortPlainName(options.device.name ?? "") || "Earl band";
  }

  get info(): DeviceInfo {
    return this.#info;
  }

  get state(): LinkState {
    return this.#status.state;
  }

  open(listener: DeviceLinkListener): Promise<LinkState> {
    const opened = this.#status.open(listener);
    void this.#begin();
    return opened;
  }

  write(command: DeviceCommand): Promise<WriteOutcome> {
    return this.#session?.write(command) ?? Promise.resolve({ kind: "failed", failure: "link-lost" });
  }

  expireWaiting(): void {
    this.#session?.expireWaiting();
  }

  async close(): Promise<void> {
    this.#close({ kind: "closed" });
  }

  readonly #onDisconnected = (): void => this.#lose("link-lost");

  async #begin(): Promise<void> {
    const { device, hold } = this.#options;
    if (!(await hold.take())) this.#close({ kind: "closed", failure: "held-in-another-tab" });
    if (this.#status.isClosed) return;
    device.addEventListener("gattserverdisconnected", this.#onDisconnected);
    await this.#connect(1);
  }

  async #connect(attempt: number): Promise<void> {
    const failure = await this.#establish();
    if (this.#status.isClosed) return;
    if (failure === undefined) this.#status.enter({ kind: "connected" });
    else if (this.#isFinal(failure)) this.#close({ kind: "closed", failure });
    else this.#retry(attempt, failure);
  }

  /** Undefined when the session is open. */
  async #establish(): Promise<LinkFailure | undefined> {
    const { device, driver, now, schedule } = this.#options;
    if (device.gatt === undefined) return "bluetooth-refused";
    const server = await this.#connectServer(device.gatt);
    if (typeof server === "string") return server;
    const { listener, isClosed } = this.#status;
    if (listener === undefined || isClosed) return "link-lost";
    const session = new GattSession({
      server,
      driver,
      listener,
      now,
      schedule,
      onStuck: () => this.#lose("link-timeout"),
    });
    this.#session = session;
    const opened = await session.open();
    if (typeof opened !== "string") this.#info = opened;
    else this.#lose(opened);
    return typeof opened === "string" ? opened : undefined;
  }

  async #connectServer(gatt: BluetoothRemoteGATTServer): Promise<BluetoothRemoteGATTServer | LinkFailure> {
    try {
      const connecting = this.#disconnectIfClosed(gatt.connect());
      const server = await withTimeLimit(connecting, connectTimeoutMs, this.#options.schedule);
      if (server !== timedOut) return server;
      gatt.disconnect(); // Ends the attempt in most browsers; in the others the next connect() joins it.
      return "link-timeout";
    } catch (error) {
      return linkFailureOf(error);
    }
  }

  /** A connection that is made too late must not keep a device that is not wanted any more. */
  async #disconnectIfClosed(connecting: Promise<BluetoothRemoteGATTServer>): Promise<BluetoothRemoteGATTServer> {
    const server = await connecting;
    if (this.#status.isClosed) server.disconnect();
    return server;
  }

  /** Ends the session, whichever part noticed first that the connection is gone. */
  #lose(failure: LinkFailure): void {
    const session = this.#session;
    if (session === undefined) return;
    this.#session = undefined;
    session.end(failure);
    this.#options.device.gatt?.disconnect();
    if (this.#status.isConnected) this.#retry(1, failure);
  }

  #retry(attempt: number, failure: LinkFailure): void {
    this.#status.enter({ kind: "reconnecting", attempt, failure });
    const delayMs = backoffMs(attempt, retries, this.#options.random);
    this.#cancelRetry = this.#options.schedule(delayMs, () => void this.#connect(attempt + 1));
  }

  /**
   * Whether another attempt would be useless. A service that was found once is missing only until the device has
   * started.
   */
  #isFinal(failure: LinkFailure): boolean {
    if (failure === "not-an-earl-device") return this.#info === unknownInfo;
    return failure === "bluetooth-refused" || failure === "bluetooth-unsupported";
  }

  #close(state: LinkState): void {
    if (this.#status.isClosed) return;
    this.#status.enter(state);
    this.#cancelRetry?.();
    this.#options.device.removeEventListener("gattserverdisconnected", this.#onDisconnected);
    this.#lose("link-lost");
    this.#options.hold.release();
  }
}
