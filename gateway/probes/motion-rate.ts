// How often one of my probes sends its movement. It learns the probe's own pace, asks for a lower rate while the
// gateway has to save power, and for the probe's own pace again afterwards.
// Neighbours: the shift governor sets the limits; own-probe.ts passes samples and link states.
// Invariant: a probe is never asked to send more often than by itself; nor, where the gateway finds the gestures, less
// often than that needs.

import { canDo, capabilities } from "../../firmware-bridge/devices/device-info.ts";
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeRate, maxRateHz, motionClockRange } from "../../firmware-bridge/frames/payloads.ts";
import { leastDetectionHz } from "../../firmware-bridge/gestures/gesture-detector.ts";
import type { Now } from "../basics/runtime.ts";

/** The most samples a second that are worth their power; undefined: as many as the probe sends by itself. */
export interface MotionLimits {
  /** For a probe in whose movement the gateway finds the gestures. */
  readonly detectedHz: number | undefined;
  /** For a probe that finds its gestures itself: its samples are only drawn. */
  readonly selfDetectingHz: number | undefined;
}

export const noMotionLimits: MotionLimits = { detectedHz: undefined, selfDetectingHz: undefined };

export type MotionPace =
  /** As often as the probe sends by itself. */
  | { readonly kind: "own" }
  /** It was asked to send this often at most, and the link has written the command. */
  | { readonly kind: "thinned"; readonly motionHz: number }
  /** It should send less often and does not: it obeys no rate, or the link did not write the command. */
  | { readonly kind: "refused"; readonly why: "not-supported" | "not-taken" };

/**
 * The pace is the median of so many steps of the probe's clock: lost samples and pauses do not change it. A second at
 * 20 Hz.
 */
const paceSteps = 20;
/** A rate that waits in the link's queue for longer than this is out of date: the next beat has asked again. */
const commandLifetimeMs = 5_000;
/** A command that failed so often in one connection will not succeed. One attempt a beat. */
const maxAttempts = 3;

export class MotionRate {
  readonly #link: DeviceLink;
  readonly #now: Now;
  #limits = noMotionLimits;
  #lastClockMs: number | undefined;
  #stepsMs: number[] = [];
  /** The probe's pace in this connection, before it was asked for anything. */
  #ownHz: number | undefined;
  /** The rate that was last written in this connection. */
  #askedHz: number | undefined;
  #attempts = 0;
  #isAsking = false;
  /** Counts connections: an answer from an earlier one says nothing about this one. */
  #connection = 0;

  constructor(link: DeviceLink, now: Now) {
    this.#link = link;
    this.#now = now;
  }

  get pace(): MotionPace {
    const ownHz = this.#ownHz;
    const wantedHz = this.#wantedHz;
    if (this.#askedHz !== undefined && this.#askedHz !== ownHz) return { kind: "thinned", motionHz: this.#askedHz };
    if (ownHz === undefined || wantedHz === undefined || ownHz <= wantedHz) return { kind: "own" };
    if (!canDo(this.#link.info, kinds.rate)) return { kind: "refused", why: "not-supported" };
    return this.#attempts >= maxAttempts ? { kind: "refused", why: "not-taken" } : { kind: "own" };
  }

  set limits(limits: MotionLimits) {
    this.#limits = limits;
    this.#attempts = 0;
    this.beat();
  }

  /** A rate ends with the connection: then the probe sends at its own pace again. */
  connected(): void {
    this.#connection++;
    this.#lastClockMs = undefined;
    this.#stepsMs = [];
    this.#ownHz = undefined;
    this.#askedHz = undefined;
    this.#attempts = 0;
    this.#isAsking = false;
  }

  /** @param clockMs the device's clock of a sample; only the pace before the first command is the probe's own. */
  sample(clockMs: number): void {
    if (this.#ownHz !== undefined) return;
    const lastMs = this.#lastClockMs;
    this.#lastClockMs = clockMs;
    if (lastMs === undefined) return;
    this.#stepsMs.push((clockMs - lastMs + motionClockRange) % motionClockRange);
    if (this.#stepsMs.length < paceSteps) return;
    const medianMs = this.#stepsMs.sort((a, b) => a - b)[paceSteps / 2] ?? 0;
    this.#ownHz = Math.min(maxRateHz, Math.max(1, Math.round(1000 / Math.max(1, medianMs))));
    this.#stepsMs = [];
    this.beat();
  }

  /** Asks for the wanted rate, unless the probe has it already. To be called about once a second. */
  beat(): void {
    const ownHz = this.#ownHz;
    if (ownHz === undefined || this.#isAsking || this.#attempts >= maxAttempts) return;
    if (this.#link.state.kind !== "connected" || !canDo(this.#link.info, kinds.rate)) return;
    const motionHz = Math.min(ownHz, this.#wantedHz ?? ownHz);
    if (motionHz === (this.#askedHz ?? ownHz)) return;
    void this.#ask(motionHz);
  }

  get #wantedHz(): number | undefined {
    const { detectedHz, selfDetectingHz } = this.#limits;
    if (this.#link.info.capabilities & capabilities.gestureOut) return selfDetectingHz;
    return detectedHz === undefined ? undefined : Math.max(leastDetectionHz, detectedHz);
  }

  async #ask(samplesPerSecond: number): Promise<void> {
    const connection = this.#connection;
    this.#isAsking = true;
    const { kind } = await this.#link.write({
      kind: kinds.rate,
      payload: encodeRate({ samplesPerSecond }),
      expiresAtMs: this.#now() + commandLifetimeMs,
    });
    if (connection !== this.#connection) return;
    this.#isAsking = false;
    if (kind === "written") {
      this.#askedHz = samplesPerSecond;
      this.#attempts = 0;
    } else if (kind === "failed") this.#attempts++;
  }
}
