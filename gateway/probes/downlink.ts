// The way to the wearer's skin: whatever asks one of my probes to vibrate passes here, and here the wearer's limits hold.
// Neighbours: rules.ts says which pattern, the DeviceLink carries it out. No peer's word can raise a limit.

import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { capabilities } from "../../firmware-bridge/devices/earl-profile.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeVibration, type Vibration } from "../../firmware-bridge/frames/payloads.ts";
import { CauseCounts } from "../basics/cause-counts.ts";
import type { Now } from "../basics/runtime.ts";
import type { ProbeObserver } from "./probe-observer.ts";
import { maxVibratingMsPerTenSeconds, type WearerLimits } from "./wearer-limits.ts";

/** The span over which vibrations are counted and added up; it slides, so that no ten seconds hold more. */
const rateSpanMs = 10_000;

export type BuzzOutcome = "written" | "muted" | "rate-limited" | "cannot-vibrate" | "expired" | "superseded" | "failed";

/** Both times are infinite while the write goes on. */
interface Turn {
  readonly vibratingMs: number;
  /** The latest that it began: with the end of its write. */
  begunByMs: number;
  /** When it is felt no more, however late in its pattern it shakes. */
  endsByMs: number;
}

export class Downlink {
  readonly #link: DeviceLink;
  readonly #now: Now;
  #observer: ProbeObserver | undefined;
  #limits: WearerLimits;
  /** The vibrations that may have begun in the last ten seconds, in their order; never more than the wearer allows. */
  readonly #begun = new Set<Turn>();
  /** Those that may have been felt in the last ten seconds; never longer in all than anybody is allowed. */
  readonly #felt = new Set<Turn>();
  /** Of all that were felt together. */
  #vibratingMs = 0;
  readonly #counts = new CauseCounts<BuzzOutcome>();

  constructor(link: DeviceLink, limits: WearerLimits, now: Now, observer?: ProbeObserver) {
    this.#link = link;
    this.#observer = observer;
    this.#now = now;
    this.#limits = limits;
  }

  get canVibrate(): boolean {
    return (this.#link.info.capabilities & capabilities.vibrateIn) !== 0;
  }

  get counts(): ReadonlyMap<BuzzOutcome, number> {
    return this.#counts.byCause;
  }

  set limits(limits: WearerLimits) {
    this.#limits = limits;
  }

  set observer(observer: ProbeObserver | undefined) {
    this.#observer = observer;
  }

  /**
   * Vibrates within the wearer's limits, if that can begin before `expiresAtMs`.
   * `by` is "wearer" for a test of one's own band: it is not muted and not counted against the rate.
   */
  async vibrate(wanted: Vibration, expiresAtMs: number, by: "peer" | "wearer"): Promise<BuzzOutcome> {
    const outcome = await this.#attempt(wanted, expiresAtMs, by);
    this.#counts.count(outcome);
    return outcome;
  }

  async #attempt(wanted: Vibration, expiresAtMs: number, by: "peer" | "wearer"): Promise<BuzzOutcome> {
    if (!this.canVibrate) return "cannot-vibrate";
    if (by === "wearer") return this.#write(wanted, expiresAtMs);
    if (this.#limits.isMuted) return "muted";
    const turn = this.#takeTurn(vibratingMsOf(wanted));
    if (turn === undefined) return "rate-limited";
    const outcome = await this.#write(wanted, expiresAtMs);
    // Nothing was felt. Of a write that failed nobody knows: it may be the answer that was lost.
    if (outcome === "expired" || outcome === "superseded") this.#forgetTurn(turn);
    else {
      turn.begunByMs = this.#now();
      turn.endsByMs = turn.begunByMs + lengthMsOf(wanted);
    }
    return outcome;
  }

  async #write(wanted: Vibration, expiresAtMs: number): Promise<BuzzOutcome> {
    const strengthPercent = Math.min(wanted.strengthPercent, this.#limits.strengthLimit);
    const payload = encodeVibration({ strengthPercent, durationsMs: wanted.durationsMs });
    const askedAtMs = this.#now();
    const observer = this.#observer; // Another may measure before the write is over.
    observer?.onWriteAsked();
    const { kind } = await this.#link.write({ kind: kinds.vibrate, payload, expiresAtMs });
    observer?.onWriteOver(kind, this.#now() - askedAtMs);
    return kind;
  }

  /** Undefined when the last ten seconds hold as many as the wearer allows, or would be filled beyond what anybody is allowed. */
  #takeTurn(vibratingMs: number): Turn | undefined {
    const agoMs = this.#now() - rateSpanMs;
    // Those behind the first one that counts began later: to count one of them for a little longer does no harm.
    for (const turn of this.#begun) {
      if (turn.begunByMs > agoMs) break;
      this.#begun.delete(turn);
    }
    for (const turn of this.#felt) {
      if (turn.endsByMs > agoMs) break;
      this.#forgetTurn(turn);
    }
    const { buzzesPerTenSeconds, benchVibratingMsPerTenSeconds = maxVibratingMsPerTenSeconds } = this.#limits;
    const totalMs = this.#vibratingMs + vibratingMs;
    if (this.#begun.size >= buzzesPerTenSeconds || totalMs > benchVibratingMsPerTenSeconds) return undefined;
    const turn = { vibratingMs, begunByMs: Number.POSITIVE_INFINITY, endsByMs: Number.POSITIVE_INFINITY };
    this.#begun.add(turn);
    this.#felt.add(turn);
    this.#vibratingMs = totalMs;
    return turn;
  }

  #forgetTurn(turn: Turn): void {
    this.#begun.delete(turn);
    if (this.#felt.delete(turn)) this.#vibratingMs -= turn.vibratingMs;
  }
}

/** Every other duration is a pause. */
const vibratingMsOf = ({ durationsMs }: Vibration): number =>
  durationsMs.reduce((totalMs, durationMs, i) => (i % 2 === 0 ? totalMs + durationMs : totalMs), 0);

const lengthMsOf = ({ durationsMs }: Vibration): number =>
  durationsMs.reduce((totalMs, durationMs) => totalMs + durationMs, 0);
