// The way to the wearer's skin: whatever asks one of my probes to vibrate passes here, and here the wearer's limits
// apply.
// Neighbours: rules.ts says which pattern, vibration-budget.ts counts, the DeviceLink carries it out. No peer can raise
// a limit.

import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import type { DeviceLink, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeVibration, type Vibration } from "../../firmware-bridge/frames/payloads.ts";
import { CauseCounts } from "../basics/cause-counts.ts";
import type { Now } from "../basics/runtime.ts";
import type { ProbeObserver } from "./probe-observer.ts";
import type { VibrationBudget } from "./vibration-budget.ts";
import type { WearerLimits } from "./wearer-limits.ts";

export type BuzzOutcome = "written" | "muted" | "rate-limited" | "cannot-vibrate" | "expired" | "superseded" | "failed";

export interface DownlinkOptions {
  readonly link: DeviceLink;
  readonly limits: WearerLimits;
  readonly budget: VibrationBudget;
  readonly now: Now;
  readonly observer?: ProbeObserver | undefined;
}

interface Written {
  readonly outcome: WriteOutcome;
  readonly overAtMs: number;
}

export class Downlink {
  readonly #link: DeviceLink;
  readonly #now: Now;
  #observer: ProbeObserver | undefined;
  #limits: WearerLimits;
  readonly #budget: VibrationBudget;
  readonly #counts = new CauseCounts<BuzzOutcome>();

  constructor({ link, limits, budget, now, observer }: DownlinkOptions) {
    this.#link = link;
    this.#observer = observer;
    this.#now = now;
    this.#limits = limits;
    this.#budget = budget;
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

  /** Vibrates for a peer, within the wearer's limits, if that can begin before `expiresAtMs`. */
  async vibrate(wanted: Vibration, expiresAtMs: number): Promise<BuzzOutcome> {
    const outcome = await this.#vibrate(wanted, expiresAtMs);
    this.#counts.count(outcome);
    return outcome;
  }

  /** Vibrates for the wearer, who tests their own band: only the strength is limited. */
  async test(wanted: Vibration, expiresAtMs: number): Promise<WriteOutcome> {
    const outcome: WriteOutcome = this.canVibrate
      ? (await this.#write(wanted, expiresAtMs, this.#now())).outcome
      : { kind: "failed", failure: "not-supported-by-probe" };
    this.#counts.count(this.canVibrate ? outcome.kind : "cannot-vibrate");
    return outcome;
  }

  async #vibrate(wanted: Vibration, expiresAtMs: number): Promise<BuzzOutcome> {
    if (!this.canVibrate) return "cannot-vibrate";
    if (this.#limits.isMuted) return "muted";
    const nowMs = this.#now();
    const turn = this.#budget.take(wanted, expiresAtMs, this.#limits.buzzesPerTenSeconds, nowMs);
    if (turn === undefined) return "rate-limited";
    const { outcome, overAtMs } = await this.#write(wanted, expiresAtMs, nowMs);
    const { kind } = outcome;
    // A write that failed may have been felt: perhaps only its answer was lost.
    if (kind === "expired" || kind === "superseded") this.#budget.cancel(turn);
    else this.#budget.begun(turn, overAtMs);
    return kind;
  }

  async #write(wanted: Vibration, expiresAtMs: number, askedAtMs: number): Promise<Written> {
    const strengthPercent = Math.min(wanted.strengthPercent, this.#limits.strengthLimit);
    const payload = encodeVibration({ strengthPercent, durationsMs: wanted.durationsMs });
    const observer = this.#observer; // It may be replaced before the write is over.
    observer?.onWriteAsked();
    const outcome = await this.#link.write({ kind: kinds.vibrate, payload, expiresAtMs });
    const overAtMs = this.#now();
    observer?.onWriteOver(outcome.kind, overAtMs - askedAtMs);
    return { outcome, overAtMs };
  }
}
