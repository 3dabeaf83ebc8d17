// One channel of the simulated mesh, with all that real ones do: messages overtake each other and hang for seconds, the
// buffer fills, and the whole channel dies with what is on its way while the two ends notice at different times.
import { backlogHighWaterBytes } from "../../gateway/wire/channel.ts";
import type { Dice } from "./dice.ts";
import type { FakeTime } from "./fake-time.ts";

export interface WireEndListener {
  onMessage(message: Uint8Array): void;
  onDrain(): void;
}

export class WireEnd {
  readonly #wire: Wire;
  #listener: WireEndListener | undefined;
  #isClosed = false;
  #early: Uint8Array[] = [];
  #isCongested = false;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Messages that came before wait for it. */
  listen(listener: WireEndListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const message of early) listener.onMessage(message);
  }

  send(message: Uint8Array): boolean {
    if (this.#isClosed) return false;
    this.#wire.carry(message, this);
    return true;
  }

  bufferedBytes(): number {
    return this.#isCongested ? backlogHighWaterBytes : 0;
  }

  /** Also after `close`: what has arrived may already wait for the page. */
  arrive(message: Uint8Array): void {
    if (this.#listener === undefined) this.#early.push(message);
    else this.#listener.onMessage(message);
  }

  /** The network takes nothing for a while. */
  congest(forMs: number): void {
    if (this.#isCongested) return;
    this.#isCongested = true;
    this.#wire.time.schedule(forMs, () => {
      this.#isCongested = false;
      if (!this.#isClosed) this.#listener?.onDrain();
    });
  }

  close(): void {
    this.#isClosed = true;
  }
}

export class Wire {
  readonly time: FakeTime;
  readonly ends: readonly [WireEnd, WireEnd];
  readonly #dice: Dice;
  #isCut = false;

  constructor(time: FakeTime, dice: Dice) {
    this.time = time;
    this.#dice = dice;
    this.ends = [new WireEnd(this), new WireEnd(this)];
  }

  carry(message: Uint8Array, from: WireEnd): void {
    const to = from === this.ends[0] ? this.ends[1] : this.ends[0];
    const isHanging = this.#dice.chance(0.05);
    const delayMs = isHanging ? this.#dice.between(400, 7000) : this.#dice.between(1, 60);
    this.time.schedule(delayMs, () => {
      if (!this.#isCut) to.arrive(message);
    });
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** Nothing gets through any more; the ends still take messages until they notice. */
  cut(): void {
    this.#isCut = true;
  }
}
