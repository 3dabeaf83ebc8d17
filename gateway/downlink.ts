// The way to the wearer's skin: whatever asks one of my probes to vibrate passes here, and here the wearer's limits hold.
// Neighbours: rules.ts says which pattern, the DeviceLink carries it out. No peer's word can raise a limit.
import type { DeviceCommand, DeviceLink, WriteOutcome } from "../firmware-bridge/device-link.ts";
import { capabilities } from "../firmware-bridge/earl-profile.ts";
import { kinds } from "../firmware-bridge/kinds.ts";
import { encodeVibration, type Vibration } from "../firmware-bridge/payloads.ts";
import type { ProbeObserver } from "./observers.ts";
import type { Now } from "./runtime.ts";
import type { WearerLimits } from "./wearer-limits.ts";

/** The span over which `buzzesPerTenSeconds` is counted; it slides, so that no ten seconds hold more. */
const rateSpanMs = 10_000;

export type BuzzOutcome = "written" | "muted" | "rate-limited" | "cannot-vibrate" | "expired" | "superseded" | "failed";

export class Downlink {
  readonly #link: DeviceLink;
  readonly #now: Now;
  readonly #observer: ProbeObserver | undefined;
  #limits: WearerLimits;
  /** When the vibrations of the last ten seconds were asked for; never longer than the limit. */
  #begunMs: number[] = [];
  readonly counts = new Map<BuzzOutcome, number>();

  constructor(link: DeviceLink, limits: WearerLimits, now: Now, observer?: ProbeObserver) {
    this.#link = link;
    this.#observer = observer;
    this.#now = now;
    this.#limits = limits;
  }

  get canVibrate(): boolean {
    return (this.#link.info.capabilities & capabilities.vibrateIn) !== 0;
  }

  set limits(limits: WearerLimits) {
    this.#limits = limits;
  }

  /**
   * Vibrates within the wearer's limits, if that can begin before `expiresAtMs`.
   * `by` is "wearer" for a test of one's own band: it is not muted and not counted against the rate.
   */
  async vibrate(wanted: Vibration, expiresAtMs: number, by: "peer" | "wearer"): Promise<BuzzOutcome> {
    const outcome = await this.#attempt(wanted, expiresAtMs, by);
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    return outcome;
  }

  async #attempt(wanted: Vibration, expiresAtMs: number, by: "peer" | "wearer"): Promise<BuzzOutcome> {
    if (!this.canVibrate) return "cannot-vibrate";
    if (by === "peer") {
      if (this.#limits.isMuted) return "muted";
      if (!this.#isWithinRate()) return "rate-limited";
    }
    const strengthPercent = Math.min(wanted.strengthPercent, this.#limits.strengthLimit);
    const payload = encodeVibration({ strengthPercent, durationsMs: wanted.durationsMs });
    return this.#write({ kind: kinds.vibrate, payload, expiresAtMs });
  }

  async #write(command: DeviceCommand): Promise<WriteOutcome["kind"]> {
    const askedAtMs = this.#now();
    this.#observer?.onWriteAsked();
    const { kind } = await this.#link.write(command);
    this.#observer?.onWriteOver(kind, this.#now() - askedAtMs);
    return kind;
  }

  #isWithinRate(): boolean {
    const nowMs = this.#now();
    this.#begunMs = this.#begunMs.filter((begunMs) => nowMs - begunMs < rateSpanMs);
    if (this.#begunMs.length >= this.#limits.buzzesPerTenSeconds) return false;
    this.#begunMs.push(nowMs);
    return true;
  }
}
