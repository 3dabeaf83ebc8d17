// An arm-probe in the air around one page of a headless Chromium: the product talks to it through the real
// `navigator.bluetooth`.
//
//   const bluetooth = await EmulatedBluetooth.attach(browser);       one for each browser
//   const probe = await EmulatedArmProbe.attach(bluetooth, page, {…}); before page.goto(); one or more for each page
//   await page.click("…pair…");                                      the chooser picks the probe attached last
//   await probe.send(kinds.gesture, payload);                        as notifications, one frame each
//   await probe.waitFor(({ kind }) => kind === kinds.vibrate);       what the page has written
//   await probe.drop(); … probe.comeBack();                          the link breaks; services are there again on
// reconnection
//
// Neighbours: emulated-bluetooth.ts carries its answers, bluetooth-page-hooks.ts makes its notifications.
import type { Page } from "playwright-core";
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { assignedUuids, earlUuids, encodeInfo } from "../../firmware-bridge/devices/earl-profile.ts";
import { FrameDecoder } from "../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { installBluetoothPageHooks } from "./bluetooth-page-hooks.ts";
import type { CharacteristicLayout, EmulatedBluetooth, EmulatedPeripheral, GattRequest } from "./emulated-bluetooth.ts";
import { patienceMs } from "./patience.ts";

export interface EmulatedArmProbeOptions {
  /** Six bytes as in "0A:00:00:00:00:01", another for each probe of the browser. */
  readonly address: string;
  /** Another for each probe of the page. */
  readonly name: string;
  /** False: it advertises the Earl service and does not have it. */
  readonly hasEarlService?: boolean;
  readonly hasBattery?: boolean;
  /** Bits of docs/protocol.md §1.1; by default it finds its gestures itself. */
  readonly capabilities?: number;
}

export interface ReceivedMessage {
  readonly kind: number;
  readonly sequence: number;
  readonly payload: Uint8Array;
  /** When its last chunk arrived, on this process's `performance.now()`. */
  readonly atMs: number;
}

const defaultCapabilities =
  capabilities.motionOut |
  capabilities.gestureOut |
  capabilities.batteryOut |
  capabilities.vibrateIn |
  capabilities.rateIn;

const fullUuid = (assigned: number): string =>
  `0000${assigned.toString(16).padStart(4, "0")}-0000-1000-8000-00805f9b34fb`;

const uuids = {
  batteryService: fullUuid(assignedUuids.batteryService),
  batteryLevel: fullUuid(assignedUuids.batteryLevel),
  deviceInformation: fullUuid(assignedUuids.deviceInformationService),
  manufacturer: fullUuid(assignedUuids.manufacturerName),
  model: fullUuid(assignedUuids.modelNumber),
  firmware: fullUuid(assignedUuids.firmwareRevision),
};

/** Reading stands for a notification, hence `read` beside `notify` on the events. */
const earlLayout: readonly CharacteristicLayout[] = [
  { uuid: earlUuids.events, properties: { notify: true, read: true } },
  { uuid: earlUuids.commands, properties: { write: true, writeWithoutResponse: true } },
  { uuid: earlUuids.info, properties: { read: true } },
];
const batteryLayout: readonly CharacteristicLayout[] = [
  { uuid: uuids.batteryLevel, properties: { notify: true, read: true } },
];
const deviceInformationLayout: readonly CharacteristicLayout[] = [
  { uuid: uuids.manufacturer, properties: { read: true } },
  { uuid: uuids.model, properties: { read: true } },
  { uuid: uuids.firmware, properties: { read: true } },
];

/** HCI: connection timeout (Core Specification, Vol 1 Part F §2.5); Chromium says "Connection attempt failed". */
const connectionTimeoutCode = 0x08;
/** ATT: unlikely error (Vol 3 Part F §3.4.1.1). */
const unlikelyErrorCode = 0x0e;

const pollMs = 5;

export class EmulatedArmProbe implements EmulatedPeripheral {
  readonly address: string;
  readonly name: string;
  readonly advertisedServices = [earlUuids.service];
  /** Every write to the command characteristic as it came, oldest first. */
  readonly chunks: Uint8Array[] = [];
  /** The messages in them, oldest first. */
  readonly received: ReceivedMessage[] = [];
  /** How often a page has connected. */
  connections = 0;
  readonly #options: EmulatedArmProbeOptions;
  readonly #bluetooth: EmulatedBluetooth;
  readonly #page: Page;
  readonly #values: Map<string, Uint8Array>;
  readonly #notifications: Uint8Array[] = [];
  /** UUIDs by the ids that the present link has given them. */
  readonly #uuidOf = new Map<string, string>();
  /** What a silent device has not answered. */
  readonly #unanswered = new Set<GattRequest>();
  #encoder = new FrameEncoder();
  #decoder = new FrameDecoder();
  #isInRange = true;
  #isSilent = false;
  #notifying: Promise<unknown> = Promise.resolve();

  private constructor(bluetooth: EmulatedBluetooth, page: Page, options: EmulatedArmProbeOptions) {
    this.address = options.address;
    this.name = options.name;
    this.#options = options;
    this.#bluetooth = bluetooth;
    this.#page = page;
    const text = (value: string): Uint8Array => new TextEncoder().encode(value);
    this.#values = new Map([
      [
        earlUuids.info,
        encodeInfo({
          probeClass: probeClasses.armProbe,
          capabilities: options.capabilities ?? defaultCapabilities,
        }),
      ],
      [uuids.batteryLevel, Uint8Array.of(87)],
      [uuids.manufacturer, text("Earl Mesh")],
      [uuids.model, text("Emulated arm-probe")],
      [uuids.firmware, text("1")],
    ]);
  }

  /**
   * Puts the probe within reach of the browser, hooks into the page (before it loads), and lets its chooser pick this
   * probe.
   */
  static async attach(
    bluetooth: EmulatedBluetooth,
    page: Page,
    options: EmulatedArmProbeOptions,
  ): Promise<EmulatedArmProbe> {
    const probe = new EmulatedArmProbe(bluetooth, page, options);
    await page.addInitScript(installBluetoothPageHooks);
    await bluetooth.add(probe);
    await bluetooth.answerChooser(page, options.address);
    return probe;
  }

  /** Another tab that can reach the same probe (before it loads); notifications go to the page of `attach` only. */
  async alsoNear(page: Page): Promise<void> {
    await page.addInitScript(installBluetoothPageHooks);
    await this.#bluetooth.answerChooser(page, this.address);
  }

  /** How many requests of the page wait for a silent device. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  /** One notification of these bytes. False: nobody is connected and subscribed, they are lost. */
  notify(bytes: Uint8Array): Promise<boolean> {
    return this.#notify(earlUuids.events, () => this.#notifications.push(bytes));
  }

  /** One message, a notification for each of its frames. */
  async send(kind: number, payload: Uint8Array): Promise<void> {
    for (const frame of this.#encoder.encode(kind, payload)) await this.notify(frame);
  }

  /** The Battery service reports a level. */
  setBattery(percent: number): Promise<boolean> {
    return this.#notify(uuids.batteryLevel, () => this.#values.set(uuids.batteryLevel, Uint8Array.of(percent)));
  }

  /** The first message received, before this call or after, that fits. */
  async waitFor(
    isWanted: (message: ReceivedMessage) => boolean,
    limitMs: number = patienceMs,
  ): Promise<ReceivedMessage> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const found = this.received.find(isWanted);
      if (found !== undefined) return found;
      if (performance.now() > endMs) throw new Error(`${this.name}: no such message after ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  /** Out of range: the link breaks, what was under way fails, and connecting fails until `comeBack`. */
  async drop(): Promise<void> {
    this.#isInRange = false;
    await this.#refuseUnanswered();
    await this.#page.evaluate((name) => globalThis.earlBluetoothHooks?.letFinish(name), this.name);
    this.#uuidOf.clear();
    await this.#bluetooth.disconnect(this.address);
    await this.#page.evaluate((name) => globalThis.earlBluetoothHooks?.letBegin(name), this.name);
  }

  comeBack(): void {
    this.#isInRange = true;
  }

  /** A silent device stays in range and answers nothing. What it left unanswered fails when it speaks again. */
  async setSilent(isSilent: boolean): Promise<void> {
    this.#isSilent = isSilent;
    if (!isSilent) await this.#refuseUnanswered();
  }

  /** The page's next writes, to whatever device, fail with "GATT operation already in progress". */
  async injectBusyWrites(count: number): Promise<void> {
    await this.#page.evaluate((writes) => {
      if (globalThis.earlBluetoothHooks !== undefined) globalThis.earlBluetoothHooks.busyWrites = writes;
    }, count);
  }

  async onRequest(request: GattRequest): Promise<void> {
    if (!this.#isInRange) return this.#refuse(request);
    if (this.#isSilent) return void this.#unanswered.add(request);
    if (request.on === "connection") this.#beginConnection();
    if (request.on === "discovery") await this.#addServices();
    await this.#bluetooth.answer(this.address, request, 0, this.#read(request));
  }

  #beginConnection(): void {
    this.connections++;
    this.#encoder = new FrameEncoder();
    this.#decoder = new FrameDecoder();
  }

  async #addServices(): Promise<void> {
    const { hasEarlService = true, hasBattery = true } = this.#options;
    if (hasEarlService) await this.#addService(earlUuids.service, earlLayout);
    if (hasBattery) await this.#addService(uuids.batteryService, batteryLayout);
    await this.#addService(uuids.deviceInformation, deviceInformationLayout);
  }

  async #addService(serviceUuid: string, layout: readonly CharacteristicLayout[]): Promise<void> {
    const ids = await this.#bluetooth.addService(this, serviceUuid, layout);
    for (const [uuid, id] of ids) this.#uuidOf.set(id, uuid);
  }

  /** What the answer carries; takes note of what was written. */
  #read(request: GattRequest): Uint8Array | undefined {
    if (request.on !== "characteristic") return undefined;
    if (request.type === "write") this.#written(request.data);
    if (request.type !== "read") return undefined;
    const uuid = this.#uuidOf.get(request.characteristicId);
    if (uuid === earlUuids.events) return this.#notifications.shift();
    return uuid === undefined ? undefined : this.#values.get(uuid);
  }

  #written(chunk: Uint8Array): void {
    const atMs = performance.now();
    this.chunks.push(chunk);
    for (const message of this.#decoder.push(chunk)) this.received.push({ ...message, atMs });
  }

  /** One after the other, so that bytes and reads keep the same order. */
  #notify(characteristicUuid: string, prepare: () => void): Promise<boolean> {
    const notified = this.#notifying.then(async () => {
      prepare();
      const isHeard = await this.#page.evaluate(
        ([name, uuid]) => globalThis.earlBluetoothHooks?.readSubscribed(name, uuid) ?? false,
        [this.name, characteristicUuid] as const,
      );
      if (!isHeard) this.#notifications.length = 0;
      return isHeard;
    });
    this.#notifying = notified.catch(() => undefined);
    return notified;
  }

  async #refuseUnanswered(): Promise<void> {
    const requests = [...this.#unanswered];
    this.#unanswered.clear();
    for (const request of requests) await this.#refuse(request);
  }

  async #refuse(request: GattRequest): Promise<void> {
    const code = request.on === "characteristic" ? unlikelyErrorCode : connectionTimeoutCode;
    await this.#bluetooth.answer(this.address, request, code);
  }
}
