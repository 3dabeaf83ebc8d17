// One direction of a channel in memory over a `Way` that is as bad as a test wants it, with what SCTP makes of that on
// a reliable unordered channel: a lost packet comes again, late.
import type { Schedule } from "../../gateway/basics/runtime.ts";
import type { Dice } from "./dice.ts";
import type { Carrier } from "./memory-channel.ts";
import type { Way } from "./way.ts";

/**
 * SCTP's own least and greatest time-out before it sends again (dcsctp_options.h: `rto_min`, `rto_max`); doubled at
 * every failure.
 */
const leastRtoMs = 400;
const greatestRtoMs = 60_000;
/** What is on its way at once; the rest waits in the sender's buffer. */
const windowBytes = 32 * 1024;
/** Far below it on one LAN. */
const shortestDelayMs = 2;
const longestDelayMs = 12;

interface Parcel {
  readonly bytes: number;
  readonly leave: () => void;
  readonly arrive: () => void;
}

export interface FaultyCarrierOptions {
  readonly way: Way;
  readonly schedule: Schedule;
  /** Sleeps when the sender does. */
  readonly scheduleAtSender: Schedule;
  readonly now: () => number;
  readonly dice: Dice;
  /** Told of each copy more that it makes of a message. */
  readonly onDuplicate: (message: Uint8Array) => void;
  /** Whether there is anybody at the other end. */
  readonly isAnswered: () => boolean;
  /** This end is closed, or is no more: nothing is sent again. */
  readonly isOver: () => boolean;
}

/** One direction of one channel. */
export class FaultyCarrier implements Carrier {
  readonly #options: FaultyCarrierOptions;
  /** Not yet taken by the network. */
  readonly #buffered: Parcel[] = [];
  /** Sent, lost, and to be sent again. */
  #lost: Parcel[] = [];
  #inFlightBytes = 0;
  #freeAtMs = 0;
  /** In a row. */
  #timeouts = 0;
  #isTimerSet = false;

  constructor(options: FaultyCarrierOptions) {
    this.#options = options;
  }

  carry(message: Uint8Array, leave: () => void, arrive: () => void): void {
    this.#buffered.push({ bytes: message.length, leave, arrive });
    const { dice, way, onDuplicate } = this.#options;
    if (dice.chance(way.duplicateShare)) {
      onDuplicate(message);
      this.#buffered.push({ bytes: 0, leave: () => undefined, arrive });
    }
    this.#fill();
  }

  /** After a time-out one packet is sent alone, until one has got through. */
  #fill(): void {
    while (this.#inFlightBytes < windowBytes && this.#timeouts === 0) {
      const parcel = this.#buffered.shift();
      if (parcel === undefined) return;
      this.#inFlightBytes += parcel.bytes;
      parcel.leave();
      this.#transmit(parcel);
    }
  }

  #transmit(parcel: Parcel): void {
    const { way, dice, schedule } = this.#options;
    if (dice.chance(way.lossShare)) return this.#lose(parcel);
    const delayMs = this.#queueMs(parcel) + dice.between(shortestDelayMs, longestDelayMs + way.reorderMs);
    schedule(delayMs, () => {
      if (way.isCut || !this.#options.isAnswered()) return this.#lose(parcel);
      this.#inFlightBytes -= parcel.bytes;
      this.#timeouts = 0;
      parcel.arrive();
      this.#sendAgain();
      this.#fill();
    });
  }

  /** How long the way is busy with what went before. */
  #queueMs({ bytes }: Parcel): number {
    const { way, now } = this.#options;
    const beginMs = Math.max(now(), this.#freeAtMs);
    this.#freeAtMs = beginMs + (bytes / way.bytesPerSecond) * 1000;
    return this.#freeAtMs - now();
  }

  #lose(parcel: Parcel): void {
    if (this.#options.isOver()) return;
    this.#lost.push(parcel);
    if (this.#isTimerSet) return;
    this.#isTimerSet = true;
    const rtoMs = Math.min(leastRtoMs * 2 ** this.#timeouts, greatestRtoMs);
    this.#options.scheduleAtSender(rtoMs, () => {
      this.#isTimerSet = false;
      this.#timeouts++;
      const first = this.#lost.shift();
      if (first !== undefined) this.#transmit(first);
    });
  }

  /** Something got through: so may the rest. */
  #sendAgain(): void {
    if (this.#isTimerSet) return;
    const lost = this.#lost;
    this.#lost = [];
    for (const parcel of lost) this.#transmit(parcel);
  }
}
