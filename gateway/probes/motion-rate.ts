// How often one of my probes sends its movement: learns its own pace, asks for a lower rate while the gateway has to save power, and gives its
// own pace back. Neighbours: the governor says the most that is worth its power, own-probe.ts hands in samples and link states.
// Invariant: no probe is ever asked to send oftener than it did of itself, and where the gateway finds the gestures never less often than that needs.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { canDo, capabilities } from "../../firmware-bridge/devices/earl-profile.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeRate, maxRateHz, motionClockRange } from "../../firmware-bridge/frames/payloads.ts";
import { leastDetectionHz } from "../../firmware-bridge/gestures/gesture-detector.ts";
import type { Now } from "../basics/runtime.ts";

/** The most samples a second that are worth their power; undefined: as many as the probe likes to send. */
export interface MotionLimits {
  /** Of a probe in whose movement the gateway finds the gestures. */
  readonly detectedHz: number | undefined;
  /** Of a probe that finds its gestures itself: its samples are only for the eye. */
  readonly selfDetectingHz: number | undefined;
}

export const noMotionLimits: MotionLimits = { detectedHz: undefined, selfDetectingHz: undefined };

export type MotionPace =
  /** As often as the probe likes. */
  | { readonly kind: "own" }
  /** It was asked to send this often at the most, and the link has taken the command. */
  | { readonly kind: "thinned"; readonly motionHz: number }
  /** Less is wanted, and not to be had: the probe takes no rate, or the link did not take the command. */
  | { readonly kind: "refused"; readonly why: "not-supported" | "not-taken" };

/** Steps of the probe's clock that tell its pace; their median stands firm against lost samples and pauses. A second at 20 Hz. */
const paceSteps = 20;
/** A rate that waits longer in the link's queue than this has been overtaken by the next beat. */
const commandLifetimeMs = 5_000;
/** A command that was not taken so often in one connection will not be. One a beat. */
const maxAttempts = 3;

export class MotionRate {
  readonly #link: DeviceLink;
  readonly #now: Now;
  #limits = noMotionLimits;
  #lastClockMs: number | undefined;
  #stepsMs: number[] = [];
  /** Of this connection, before it was asked for anything. */
  #ownHz: number | undefined;
  /** What the probe was last asked for in this connection, and took. */
  #askedHz: number | undefined;
  #attempts = 0;
  #isAsking = false;
  /** Counts connections: an answer from an earlier one says nothing of this. */
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

  /** A rate ends with the connection: the probe is at its own pace again. */
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

  /** Asks for what is wanted, unless that is so already; called again about once a second. */
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
