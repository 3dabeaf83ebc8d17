// Whether a peer is there, judged by what arrives from it: any frame counts. Silence → ping → asleep (shown) → drop.
// PeerJS may never report a close, and browsers always pause a hidden phone's page: neither is an error.
import { sleepGapMs } from "../basics/wake-detector.ts";

/** Half of `asleepAfterMs`: a peer that is there has had time to answer before it is shown as asleep. */
export const pingAfterSilenceMs = 4_000;
/** However much arrives: the clocks drift apart by up to 2 ms in this time (200 ppm). */
export const pingEveryMs = 10_000;
export const asleepAfterMs = 8_000;
/**
 * A dead path is given up long before its channel says so; a phone that wakes later dials again within a second or two.
 */
export const dropAfterMs = 60_000;

/** What is to be done now; "drop" is repeated until somebody does it. */
export type LivenessAction = "ping" | "asleep" | "drop";

export class Liveness {
  #heardAtMs: number;
  #pingedAtMs: number;
  #tickedAtMs: number;
  #isAsleep = false;

  constructor(nowMs: number) {
    this.#heardAtMs = nowMs;
    this.#pingedAtMs = nowMs;
    this.#tickedAtMs = nowMs;
  }

  /** Something arrived from the peer: "awake" when it had been taken for asleep. */
  heard(nowMs: number): "awake" | undefined {
    this.#heardAtMs = nowMs;
    if (!this.#isAsleep) return undefined;
    this.#isAsleep = false;
    return "awake";
  }

  /** Called about once a second; at most one action each time, the gravest first. */
  tick(nowMs: number): LivenessAction | undefined {
    this.#forgiveOwnSleep(nowMs);
    const silentMs = nowMs - this.#heardAtMs;
    if (silentMs >= dropAfterMs) return "drop";
    if (silentMs >= asleepAfterMs && !this.#isAsleep) {
      this.#isAsleep = true;
      return "asleep";
    }
    const sincePingMs = nowMs - this.#pingedAtMs;
    const isSilent = silentMs >= pingAfterSilenceMs && sincePingMs >= pingAfterSilenceMs;
    if (!isSilent && sincePingMs < pingEveryMs) return undefined;
    this.#pingedAtMs = nowMs;
    return "ping";
  }

  /**
   * While this page slept it could not hear. That time is not the peer's silence, or every page that wakes would drop
   * the whole room.
   */
  #forgiveOwnSleep(nowMs: number): void {
    const gapMs = nowMs - this.#tickedAtMs;
    if (gapMs > sleepGapMs) this.#heardAtMs = Math.min(nowMs, this.#heardAtMs + gapMs - sleepGapMs);
    this.#tickedAtMs = nowMs;
  }
}
