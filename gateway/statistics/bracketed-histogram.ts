// A histogram of values that come each with its own error, summarized so that a few that were hardly known do not spoil
// the rest: beside the values themselves it keeps the least and the most that each may truly have been.
// Invariant: every percentile of the truth lies between those of the two, because moving no value below its least moves
// no percentile below that of the least.
import { Histogram, type Told } from "./histogram.ts";

interface Brackets {
  readonly least: Histogram;
  readonly most: Histogram;
}

export class BracketedHistogram {
  readonly #values = new Histogram();
  /** Undefined while every value has been exact: what is measured by one clock does not pay for them. */
  #brackets: Brackets | undefined;

  record(value: number, error = 0): void {
    if (error > 0) this.#brackets ??= this.#newBrackets();
    this.#values.record(value, error);
    this.#brackets?.least.record(value - error);
    this.#brackets?.most.record(value + error);
  }

  told(): Told | undefined {
    const told = this.#values.told();
    const least = this.#brackets?.least.told()?.least;
    const most = this.#brackets?.most.told()?.most;
    if (told === undefined || least === undefined || most === undefined) return told;
    return { summary: told.summary, least, most };
  }

  #newBrackets(): Brackets {
    const brackets = { least: new Histogram(), most: new Histogram() };
    for (const histogram of Object.values(brackets)) histogram.add(this.#values);
    return brackets;
  }
}
