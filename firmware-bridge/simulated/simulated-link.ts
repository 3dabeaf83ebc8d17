// A DeviceLink to a peripheral without a radio, through real frames. It behaves as a link over the air does: one write
// at a time, a newer command replaces one of its kind that waits, and it reconnects a lost link until `close`.

import type { DriverSession } from "../devices/device-driver.ts";
import { canDo, unknownInfo } from "../devices/device-info.ts";
import type {
  DeviceCommand,
  DeviceInfo,
  DeviceLink,
  DeviceLinkListener,
  LinkFailure,
  LinkState,
  WriteOutcome,
} from "../devices/device-link.ts";
import { earlDriver } from "../devices/earl-driver.ts";
import { LinkStatus } from "../devices/link-status.ts";
import type { Peripheral } from "./peripheral.ts";

export interface SimulatedLinkOptions {
  readonly deviceId: string;
  readonly name: string;
  readonly peripheral: Peripheral;
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly schedule: (delayMs: number, task: () => void) => () => void;
}

/**
 * A write is confirmed in a connection event soon after: chosen, within the 7.5 ms and more that Bluetooth LE allows
 * between two.
 */
const confirmMs = 30;
/** A peripheral that confirms no write for so long is gone; the link connects again. */
const writeTimeoutMs = 2000;
const firstRetryMs = 500;
const maxRetryMs = 10_000;

interface PendingWrite {
  readonly command: DeviceCommand;
  readonly resolve: (outcome: WriteOutcome) => void;
}

export class SimulatedLink implements DeviceLink {
  readonly deviceId: string;
  readonly name: string;
  readonly #options: SimulatedLinkOptions;
  #info: DeviceInfo = unknownInfo;
  readonly #status = new LinkStatus();
  #session: DriverSession = earlDriver.startSession();
  /** Commands that wait, by kind, in the order of the requests: at most as many as there are kinds. */
  readonly #waiting = new Map<number, PendingWrite>();
  #writing: PendingWrite | undefined;
  #cancelWrite: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(options: SimulatedLinkOptions) {
    this.#options = options;
    this.deviceId = options.deviceId;
    this.name = options.name;
  }

  get info(): DeviceInfo {
    return this.#info;
  }

  get state(): LinkState {
    return this.#status.state;
  }

  open(listener: DeviceLinkListener): Promise<LinkState> {
    const opened = this.#status.open(listener);
    this.#connect(1);
    return opened;
  }

  async write(command: DeviceCommand): Promise<WriteOutcome> {
    if (!this.#status.isConnected) return { kind: "failed", failure: "link-lost" };
    if (!canDo(this.#info, command.kind)) return { kind: "failed", failure: "not-supported-by-probe" };
    return new Promise((resolve) => {
      this.#waiting.get(command.kind)?.resolve({ kind: "superseded" });
      this.#waiting.set(command.kind, { command, resolve });
      this.#writeNext();
    });
  }

  expireWaiting(): void {
    for (const { resolve } of this.#waiting.values()) resolve({ kind: "expired" });
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    this.#close({ kind: "closed" });
  }

  #connect(attempt: number): void {
    const { now, peripheral } = this.#options;
    const session = earlDriver.startSession();
    const isAnswering = peripheral.connect({
      onNotify: (chunk) => this.#status.listener && session.read(chunk, now(), this.#status.listener),
      onDisconnect: () => this.#lose("link-lost"),
    });
    if (!isAnswering) return this.#retry(attempt, "link-timeout");
    const info = earlDriver.parseInfo(peripheral.readInfo());
    if (info === undefined) {
      peripheral.disconnect();
      return this.#close({ kind: "closed", failure: "not-an-earl-device" });
    }
    this.#info = info;
    this.#session = session;
    this.#status.enter({ kind: "connected" });
    peripheral.subscribe();
  }

  #lose(failure: LinkFailure): void {
    this.#failWrites(failure);
    this.#retry(1, failure);
  }

  #retry(attempt: number, failure: LinkFailure): void {
    this.#status.enter({ kind: "reconnecting", attempt, failure });
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (attempt - 1));
    this.#cancelRetry = this.#options.schedule(delayMs, () => this.#connect(attempt + 1));
  }

  #close(state: LinkState): void {
    if (this.#status.isClosed) return;
    if (this.#status.isConnected) this.#options.peripheral.disconnect();
    this.#cancelRetry?.();
    this.#status.enter(state);
    this.#failWrites("link-lost");
  }

  #writeNext(): void {
    if (this.#writing !== undefined) return;
    for (const [kind, pending] of this.#waiting) {
      this.#waiting.delete(kind);
      if (this.#options.now() <= pending.command.expiresAtMs) return this.#begin(pending);
      pending.resolve({ kind: "expired" });
    }
  }

  #begin(pending: PendingWrite): void {
    const { now, peripheral, schedule } = this.#options;
    const chunks = this.#session.write(pending.command);
    this.#writing = pending;
    if (!chunks.every((chunk) => peripheral.writeCommand(chunk))) {
      this.#cancelWrite = schedule(writeTimeoutMs, () => {
        peripheral.disconnect();
        this.#lose("link-timeout");
      });
      return;
    }
    this.#cancelWrite = schedule(confirmMs, () => {
      this.#writing = undefined;
      pending.resolve({ kind: "written", atMs: now() });
      this.#writeNext();
    });
  }

  #failWrites(failure: LinkFailure): void {
    this.#cancelWrite?.();
    const pending = [...this.#waiting.values()];
    if (this.#writing !== undefined) pending.unshift(this.#writing);
    this.#writing = undefined;
    this.#waiting.clear();
    for (const { resolve } of pending) resolve({ kind: "failed", failure });
  }
}
