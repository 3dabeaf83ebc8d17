// The firmware of an arm-probe, simulated. Newcomers without hardware try the page with it, and authors of firmware can
// read it as the reference. It sends and reads real frames. A command is checked, obeyed and acknowledged; a vibration
// ends by itself. It sends its movement, and the gateway finds the gestures in it. Timers run only while a central is
// connected.

import { capabilities, probeClasses } from "../devices/device-info.ts";
import { encodeInfo } from "../devices/earl-profile.ts";
import { FrameDecoder, type ProbeMessage } from "../frames/decode-frames.ts";
import { FrameEncoder } from "../frames/encode-frames.ts";
import { kinds } from "../frames/kinds.ts";
import {
  ackStatus,
  decodeRate,
  decodeVibration,
  encodeAck,
  encodeBattery,
  encodeMotion,
  motionClockRange,
  type Vibration,
} from "../frames/payloads.ts";
import type { GestureName } from "../gestures/gestures.ts";
import { meanAcceleration, traceDurationMs } from "../gestures/motion-traces.ts";
import type { Central, Peripheral } from "./peripheral.ts";

export interface SimulatedArmProbeOptions {
  /** Milliseconds on a monotonic clock. */
  readonly now: () => number;
  /** Runs `task` once after `delayMs`; the returned function cancels it. */
  readonly schedule: (delayMs: number, task: () => void) => () => void;
  /** Uniform in [0, 1): makes the arm tremble. */
  readonly random: () => number;
  /** The motor was switched. */
  readonly onVibration: (isOn: boolean, strengthPercent: number) => void;
}

/**
 * The rate until a rate command changes it: at this rate every gesture is found, at 10 a second the quickest shakes are
 * not.
 */
const defaultSamplesPerSecond = 20;
export const batteryReportMs = 60_000;
/** 100 % last ten hours, somewhat more than a shift. Invented, as everything about a simulated battery. */
const batteryStepMs = 6 * 60_000;
/** A resting arm trembles, and sensors are noisy: this much to either side. Chosen, not measured. */
const trembleMg = 20;

export class SimulatedArmProbe implements Peripheral {
  readonly #options: SimulatedArmProbeOptions;
  readonly #startedAtMs: number;
  #central: Central | undefined;
  #encoder = new FrameEncoder();
  #decoder = new FrameDecoder();
  #samplesPerSecond = defaultSamplesPerSecond;
  #lastSampleMs = 0;
  #movement: { readonly gesture: GestureName; readonly sinceMs: number } | undefined;
  #isVibrating = false;
  #cancelMotion: (() => void) | undefined;
  #cancelBattery: (() => void) | undefined;
  #cancelVibration: (() => void) | undefined;

  constructor(options: SimulatedArmProbeOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
  }

  get batteryPercent(): number {
    const usedPercent = Math.floor((this.#options.now() - this.#startedAtMs) / batteryStepMs);
    return Math.max(1, 100 - usedPercent);
  }

  /** Moves the arm. While a movement is under way, a new one is ignored. */
  move(gesture: GestureName): void {
    const nowMs = this.#options.now();
    const current = this.#movement;
    if (current !== undefined && nowMs - current.sinceMs < traceDurationMs(current.gesture)) return;
    this.#movement = { gesture, sinceMs: nowMs };
  }

  connect(central: Central): boolean {
    if (this.#central !== undefined) return false;
    this.#central = central;
    this.#encoder = new FrameEncoder();
    this.#decoder = new FrameDecoder();
    this.#samplesPerSecond = defaultSamplesPerSecond;
    return true;
  }

  readInfo(): Uint8Array {
    return encodeInfo({
      probeClass: probeClasses.simulatedArmProbe,
      capabilities: capabilities.motionOut | capabilities.batteryOut | capabilities.vibrateIn | capabilities.rateIn,
    });
  }

  subscribe(): void {
    if (this.#central === undefined) return;
    this.#reportBattery();
    this.#startMotion();
  }

  disconnect(): void {
    this.#central = undefined;
    this.#cancelMotion?.();
    this.#cancelBattery?.();
    this.#stopVibration(); // No central is left that could stop it.
  }

  writeCommand(chunk: Uint8Array): boolean {
    for (const command of this.#decoder.push(chunk)) {
      this.#notify(kinds.ack, encodeAck({ sequence: command.sequence, status: this.#obey(command) }));
    }
    return true;
  }

  #obey({ kind, payload }: ProbeMessage): number {
    if (kind === kinds.vibrate) {
      const vibration = decodeVibration(payload);
      if (vibration === undefined) return ackStatus.malformed;
      this.#stopVibration();
      this.#vibrate(vibration, 0);
      return ackStatus.done;
    }
    if (kind === kinds.rate) {
      const rate = decodeRate(payload);
      if (rate === undefined) return ackStatus.malformed;
      this.#samplesPerSecond = rate.samplesPerSecond;
      this.#startMotion();
      return ackStatus.done;
    }
    return ackStatus.notSupported;
  }

  /** Plays the pattern from its `step`-th duration; decoding has cut it to `maxVibrateMs`. */
  #vibrate(vibration: Vibration, step: number): void {
    const durationMs = vibration.durationsMs[step];
    if (durationMs === undefined) return this.#stopVibration();
    this.#switchMotor(step % 2 === 0, vibration.strengthPercent);
    this.#cancelVibration = this.#options.schedule(durationMs, () => this.#vibrate(vibration, step + 1));
  }

  #stopVibration(): void {
    this.#cancelVibration?.();
    this.#switchMotor(false, 0);
  }

  #switchMotor(isOn: boolean, strengthPercent: number): void {
    if (isOn === this.#isVibrating) return;
    this.#isVibrating = isOn;
    this.#options.onVibration(isOn, isOn ? strengthPercent : 0);
  }

  #startMotion(): void {
    this.#cancelMotion?.();
    this.#lastSampleMs = this.#options.now();
    if (this.#samplesPerSecond > 0) this.#scheduleSample();
  }

  #scheduleSample(): void {
    this.#cancelMotion = this.#options.schedule(1000 / this.#samplesPerSecond, () => {
      this.#sendSample();
      this.#scheduleSample();
    });
  }

  #sendSample(): void {
    const nowMs = this.#options.now();
    const movement = this.#movement;
    const sinceMs = movement?.sinceMs ?? 0;
    const { x, y, z } = meanAcceleration(movement?.gesture, this.#lastSampleMs - sinceMs, nowMs - sinceMs);
    this.#lastSampleMs = nowMs;
    const clockMs = Math.floor(nowMs - this.#startedAtMs) % motionClockRange;
    this.#notify(
      kinds.motion,
      encodeMotion({ clockMs, x: this.#tremble(x), y: this.#tremble(y), z: this.#tremble(z) }),
    );
  }

  #tremble(mg: number): number {
    return Math.round(mg + (2 * this.#options.random() - 1) * trembleMg);
  }

  #reportBattery(): void {
    this.#notify(kinds.battery, encodeBattery({ percent: this.batteryPercent, isCharging: false }));
    this.#cancelBattery = this.#options.schedule(batteryReportMs, () => this.#reportBattery());
  }

  #notify(kind: number, payload: Uint8Array): void {
    for (const frame of this.#encoder.encode(kind, payload)) this.#central?.onNotify(frame);
  }
}
