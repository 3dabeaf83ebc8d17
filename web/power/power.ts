// Carries out what the shift governor decides for the room that the page is in: asks it every few seconds, sets window, rates and darkness, and
// tells the page what is done and why. Neighbours: gateway/power/shift-governor.ts decides, gateway.ts and pocket.ts obey.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { type PowerPlan, powerPlans } from "../../gateway/power/power-plan.ts";
import { type Governing, type PowerMode, ShiftGovernor } from "../../gateway/power/shift-governor.ts";
import type { BatteryState } from "../platform/battery.ts";
import type { PowerView } from "../ui/app-model.ts";
import type { Pocket } from "./dark-screen.ts";
import type { Shift } from "./shift.ts";

/** A battery steps every few minutes; a person who has just unplugged looks for longer than this. */
const tickMs = 5_000;

export interface PowerOptions {
  /** The page's own clock, which nobody sets. */
  readonly monotonicNow: Now;
  /** Milliseconds of the wall clock: batteries drain while a page's own clock stands still. */
  readonly wallNow: Now;
  readonly schedule: Schedule;
  readonly shift: Shift;
  readonly pocket: Pocket;
}

export class Power {
  readonly #options: PowerOptions;
  #governor = new ShiftGovernor();
  readonly #view: Signal<PowerView>;
  #battery: BatteryState = { kind: "unknown", why: "the browser has not told yet" };
  #mode: PowerMode = "automatic";
  #gateway: Gateway | undefined;
  #plan = powerPlans.full;
  #cancelTick: Cancel | undefined;

  constructor(options: PowerOptions) {
    this.#options = options;
    this.#view = signal(this.#viewOf(this.#govern()));
  }

  get view(): ReadonlySignal<PowerView> {
    return this.#view;
  }

  batteryChanged(state: BatteryState): void {
    this.#battery = state;
    this.refresh();
  }

  set mode(mode: PowerMode) {
    if (mode === this.#mode) return;
    this.#mode = mode;
    this.refresh();
  }

  enter(gateway: Gateway): void {
    this.leave();
    this.#gateway = gateway;
    this.#cancelTick = this.#scheduleTick();
    this.refresh();
  }

  /** The room goes on under another key: what is saved, and what is known of the battery, too. A phone in a pocket stays dark. */
  move(gateway: Gateway): void {
    this.#gateway = gateway;
    this.#carryOut(this.#plan);
  }

  leave(): void {
    this.#cancelTick?.();
    this.#gateway = undefined;
    // Outside a room the phone drains as it likes: what is measured there says nothing of a level.
    this.#governor = new ShiftGovernor();
    this.#plan = powerPlans.full;
    this.#options.pocket.darkAfterMs = undefined;
    this.#options.pocket.wake();
  }

  /** Something that the governor goes by has changed, or time has passed. */
  refresh(): void {
    if (this.#gateway === undefined) return;
    const governing = this.#govern();
    if (governing.plan !== this.#plan) this.#carryOut(governing.plan);
    const view = this.#viewOf(governing);
    if (JSON.stringify(view) !== JSON.stringify(this.#view.peek())) this.#view.value = view;
  }

  #scheduleTick(): Cancel {
    return this.#options.schedule(tickMs, () => {
      this.#cancelTick = this.#scheduleTick();
      this.refresh();
    });
  }

  #carryOut(plan: PowerPlan): void {
    this.#plan = plan;
    this.#gateway?.setWindowMs(plan.windowMs);
    this.#gateway?.setMotionLimits(plan.motion);
    this.#options.pocket.darkAfterMs = plan.darkAfterMs;
  }

  #govern(): Governing {
    const { monotonicNow, wallNow, shift } = this.#options;
    const battery = this.#battery;
    return this.#governor.step({
      atMs: wallNow(),
      awakeMs: monotonicNow(),
      battery: battery.kind === "known" ? { levelPercent: battery.percent, isCharging: battery.isCharging } : undefined,
      shiftEndsAtMs: shift.endsAtMs.peek(),
      mode: this.#mode,
    });
  }

  #viewOf({ plan, reason }: Governing): PowerView {
    return {
      plan,
      reason,
      shiftEndsAtMs: this.#options.shift.endsAtMs.peek(),
      noBattery: this.#battery.kind === "unknown" ? this.#battery.why : undefined,
      unthinned: this.#unthinned(),
    };
  }

  /** Probes that were to send less and do not. */
  #unthinned(): PowerView["unthinned"] {
    const gateway = this.#gateway;
    return (gateway?.probes ?? []).flatMap(({ index, motionRate: { pace } }) =>
      pace.kind === "refused" ? { name: gateway?.probeName(index) ?? "", why: pace.why } : [],
    );
  }
}
