// A battery whose drain depends on what the governor decides: what a test of it plays a shift with. Every coefficient
// is made up, so that each lever counts; none was measured, and no test may depend on more than their signs.
import type { PowerPlan } from "../../gateway/power/power-plan.ts";

const hourMs = 3_600_000;
/** Percent an hour. */
const always = 3;
const litScreen = 6;
/** For each time a second that the radio is woken by a window. */
const perBurst = 0.6;
/** For each sample a second. */
const perSample = 0.1;
const ownHz = 20;
/** The share of the time for which somebody looks at a phone that goes dark by itself. */
const lookedAtShare = 0.1;

export class SimulatedBattery {
  #exactPercent: number;
  isCharging = false;
  /** How much hungrier this phone is than the made-up one. */
  readonly #appetite: number;

  constructor(percent: number, appetite = 1) {
    this.#exactPercent = percent;
    this.#appetite = appetite;
  }

  /** As browsers report it. */
  get levelPercent(): number {
    return Math.round(this.#exactPercent);
  }

  get isEmpty(): boolean {
    return this.#exactPercent <= 0;
  }

  pass(ms: number, { windowMs, motion, darkAfterMs }: PowerPlan): void {
    const screen = darkAfterMs === undefined ? litScreen : litScreen * lookedAtShare;
    const radio = (perBurst * 1000) / windowMs + perSample * Math.min(ownHz, motion.detectedHz ?? ownHz);
    const percentPerHour = this.isCharging ? -40 : this.#appetite * (always + screen + radio);
    this.#exactPercent = Math.min(100, Math.max(0, this.#exactPercent - (percentPerHour * ms) / hourMs));
  }
}
