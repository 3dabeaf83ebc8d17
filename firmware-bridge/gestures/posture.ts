// Where the arm rests: reports when it has come to rest higher than where it rested before. It knows no axis of the
// band.
import { degreesBetween, length, subtract, type Vector } from "./vector.ts";

/**
 * Resting samples stay this near to each other. Chosen by trying: above twice the ±60 mg of noise of the tests, below
 * any movement of the traces.
 */
const stillMg = 250;
/**
 * … and this near to 1 g, because samples of a fall or a steady pull stay near to each other, too. Chosen so that the
 * noise of the tests and a badly calibrated sensor are within it.
 */
const gravityToleranceMg = 200;
/**
 * At rest when still for this long. Chosen by trying: long enough for four samples of the slowest rate, 10 a second.
 */
const restMs = 300;
/**
 * From hanging, a forearm on a table is turned by 90°, an arm straight up by 180°. Chosen between the two, nearer to
 * the table because few arms go straight up. The price: an arm that is raised from a table is not noticed.
 */
const raisedDegrees = 120;
/**
 * A posture that lasts this long is where the arm usually rests. Chosen: short enough to be learnt while a person puts
 * the band on.
 */
const homeMs = 3000;
/** Nobody holds an arm up for so long (chosen, not measured): what looked raised was the usual posture after all. */
const raisedAtMostMs = 30_000;

/** "came to rest raised" is reported once each time. */
export type PostureChange = "moving" | "resting" | "came to rest raised";

export class Posture {
  #home: Vector | undefined;
  #held: { readonly sample: Vector; readonly sinceMs: number } | undefined;
  #isRaised = false;

  /** `sample` is in thousandths of g, gravity included. */
  push(sample: Vector, timeMs: number): PostureChange {
    const held = this.#held;
    if (held === undefined || length(subtract(sample, held.sample)) > stillMg) {
      this.#held = { sample, sinceMs: timeMs };
      return "moving";
    }
    const heldMs = timeMs - held.sinceMs;
    const isGravity = Math.abs(length(sample) - 1000) <= gravityToleranceMg;
    return isGravity && heldMs >= restMs ? this.#rest(sample, heldMs) : "moving";
  }

  #rest(gravity: Vector, heldMs: number): PostureChange {
    this.#home ??= gravity;
    const wasRaised = this.#isRaised;
    this.#isRaised = degreesBetween(this.#home, gravity) >= raisedDegrees;
    if (heldMs >= (this.#isRaised ? raisedAtMostMs : homeMs)) {
      this.#home = gravity;
      this.#isRaised = false;
    }
    return this.#isRaised && !wasRaised ? "came to rest raised" : "resting";
  }
}
