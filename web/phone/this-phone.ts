// The phone itself as a probe: it sends its movement and obeys vibrations, by its motor or by what replaces one on
// phones without. It obeys a rate as a band does. A sample is the mean of all events since the one before: the low-pass
// filter that a band's sensor has.
// Neighbours: phone-platform.ts is the browser, vibration-pattern.ts gives strength to a motor that knows none. It is a
// `DeviceLink` as a band is, so that the code behind it does not know the difference.

import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
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
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import {
  decodeRate,
  decodeVibration,
  encodeMotion,
  motionClockRange,
  type Vibration,
} from "../../firmware-bridge/frames/payloads.ts";
import { add, scale, type Vector } from "../../firmware-bridge/gestures/vector.ts";
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { DeviceHold } from "../platform/device-hold.ts";
import type { PhonePlatform } from "./phone-platform.ts";
import { PhoneMotor } from "./vibration-pattern.ts";

/** Standard gravity, m/s² (3rd CGPM 1901, ISO 80000-3). */
export const standardGravity = 9.80665;

/** Browsers report movement at 60 Hz; 20 Hz are enough to find the gestures of an arm, with a third of the traffic. */
export const ownSamplesPerSecond = 20;

/** A desktop browser has the event but no sensor: it sends one event without figures, or none. */
export const firstMotionTimeoutMs = 2_000;

/** The range of i16: some 32 g, twice what the sensors of phones measure. */
const maxMg = 32_767;

/** The same in every tab. */
export const thisPhoneId = "this-phone";

const noFeeling: { readonly sum: Vector; readonly events: number } = { sum: { x: 0, y: 0, z: 0 }, events: 0 };

export interface ThisPhoneOptions {
  readonly platform: PhonePlatform;
  /** Taken when the link is opened, released when it is closed: a phone has one motor, whatever number of tabs. */
  readonly hold: DeviceHold;
  readonly now: Now;
  readonly schedule: Schedule;
}

export class ThisPhone implements DeviceLink {
  readonly deviceId = thisPhoneId;
  readonly name = "This phone";
  readonly info: DeviceInfo = {
    probeClass: probeClasses.phone,
    capabilities: capabilities.motionOut | capabilities.vibrateIn | capabilities.rateIn,
  };
  readonly #options: ThisPhoneOptions;
  readonly #motor = new PhoneMotor();
  readonly #status = new LinkStatus();
  #cancelWait: Cancel | undefined;
  /** 0: no samples. */
  #samplesPerSecond = ownSamplesPerSecond;
  #dueMs = 0;
  /** The sum and the number of the events since the last sample. */
  #felt = noFeeling;

  constructor(options: ThisPhoneOptions) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#status.state;
  }

  /** Must be called from a tap, with nothing awaited before: iOS asks for permission only then. */
  open(listener: DeviceLinkListener): Promise<LinkState> {
    const opened = this.#status.open(listener);
    void this.#begin();
    return opened;
  }

  async write({ kind, payload, expiresAtMs }: DeviceCommand): Promise<WriteOutcome> {
    if (!this.#status.isConnected) return { kind: "failed", failure: "link-lost" };
    const obey = this.#obeying(kind, payload);
    if (obey === undefined) return { kind: "failed", failure: "not-supported-by-probe" };
    const atMs = this.#options.now();
    if (atMs > expiresAtMs) return { kind: "expired" };
    obey();
    return { kind: "written", atMs };
  }

  expireWaiting(): void {
    // Nothing waits: the browser takes a pattern at once.
  }

  async close(): Promise<void> {
    this.#close({ kind: "closed" });
  }

  /** Undefined for a command that a phone cannot carry out. */
  #obeying(kind: number, payload: Uint8Array): (() => void) | undefined {
    const vibration = kind === kinds.vibrate ? decodeVibration(payload) : undefined;
    if (vibration !== undefined) return () => this.#vibrate(vibration);
    const rate = kind === kinds.rate ? decodeRate(payload) : undefined;
    if (rate === undefined) return undefined;
    return () => {
      this.#samplesPerSecond = rate.samplesPerSecond;
      this.#dueMs = 0;
      this.#felt = noFeeling;
    };
  }

  #vibrate(vibration: Vibration): void {
    const { platform, now } = this.#options;
    const isVibrating = platform.vibrate?.(this.#motor.patternOf(vibration, now())) ?? false;
    if (!isVibrating) platform.signal(vibration.durationsMs, vibration.strengthPercent);
  }

  async #begin(): Promise<void> {
    // The person is asked first and at once: iOS takes the question only during the tap.
    const [refusal, isHeld] = await Promise.all([this.#askForMotion(), this.#options.hold.take()]);
    if (this.#status.isClosed) return;
    if (!isHeld) return this.#close({ kind: "closed", failure: "held-in-another-tab" });
    if (refusal !== undefined) return this.#close({ kind: "closed", failure: refusal });
    this.#options.platform.motionEvents?.addEventListener("devicemotion", this.#onMotion);
    this.#cancelWait = this.#options.schedule(firstMotionTimeoutMs, () =>
      this.#close({ kind: "closed", failure: "motion-unsupported" }),
    );
  }

  async #askForMotion(): Promise<LinkFailure | undefined> {
    const { motionEvents, requestMotionPermission, isSecureContext } = this.#options.platform;
    if (!isSecureContext) return "insecure-context";
    if (motionEvents === undefined) return "motion-unsupported";
    if (requestMotionPermission === undefined) return undefined;
    try {
      return (await requestMotionPermission()) === "granted" ? undefined : "motion-refused";
    } catch {
      return "motion-refused"; // NotAllowedError: not asked from a tap.
    }
  }

  readonly #onMotion = ({ accelerationIncludingGravity: acceleration }: DeviceMotionEvent): void => {
    const { x, y, z } = acceleration ?? {};
    if (typeof x !== "number" || typeof y !== "number" || typeof z !== "number") return;
    if (!this.#status.isConnected) this.#enter({ kind: "connected" });
    if (this.#samplesPerSecond === 0) return;
    const { sum, events } = this.#felt;
    this.#felt = { sum: add(sum, { x, y, z }), events: events + 1 };
    const nowMs = this.#options.now();
    if (nowMs < this.#dueMs) return;
    // Due times lie on a grid, so that 60 Hz are thinned to 20 and not to 15; after a pause the grid begins anew.
    const intervalMs = 1000 / this.#samplesPerSecond;
    this.#dueMs = Math.max(this.#dueMs, nowMs - intervalMs) + intervalMs;
    this.#sendMean(nowMs);
  };

  #sendMean(nowMs: number): void {
    const { x, y, z } = scale(this.#felt.sum, 1 / this.#felt.events);
    this.#felt = noFeeling;
    const toMg = (metresPerSecond2: number) => this.#toMg(metresPerSecond2);
    const payload = encodeMotion({ clockMs: Math.floor(nowMs) % motionClockRange, x: toMg(x), y: toMg(y), z: toMg(z) });
    this.#status.listener?.onEvent({ kind: kinds.motion, payload, receivedAtMs: nowMs });
  }

  #toMg(metresPerSecond2: number): number {
    const mg = Math.round((this.#options.platform.gravitySign * metresPerSecond2 * 1000) / standardGravity);
    return Math.max(-maxMg, Math.min(maxMg, mg));
  }

  #close(state: LinkState): void {
    if (this.#status.isClosed) return;
    const { motionEvents, vibrate } = this.#options.platform;
    motionEvents?.removeEventListener("devicemotion", this.#onMotion);
    if (this.#status.isConnected) vibrate?.([]); // An empty pattern stops one that runs.
    this.#enter(state);
  }

  #enter(state: LinkState): void {
    this.#cancelWait?.();
    if (state.kind === "closed") this.#options.hold.release();
    this.#status.enter(state);
  }
}
