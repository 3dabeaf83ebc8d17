// Carries out what the shift governor decides for the room that the page is in: asks it every few seconds, sets how
// long messages may wait, how often bands send and when the screen gets dark, and gives the page the plan with its
// reason.
// Neighbours: gateway/power/shift-governor.ts decides; gateway.ts and dark-screen.ts carry out.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Cancel, Clocks, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { type PowerPlan, powerPlans } from "../../gateway/power/power-plan.ts";
import { type Governing, type PowerMode, ShiftGovernor } from "../../gateway/power/shift-governor.ts";
import type { BatteryState } from "../platform/battery.ts";
import type { PowerView } from "../ui/app-model.ts";
import type { DarkScreen } from "./dark-screen.ts";
import type { Shift } from "./shift.ts";

/**
 * Short enough that a person who has just unplugged the phone sees the change; a battery's level steps every few
 * minutes.
 */
const tickMs = 5_000;

/** By both clocks: batteries drain while the monotonic one stands still. */
export interface PowerOptions extends Pick<Clocks, "monotonicNow" | "wallNow"> {
  readonly schedule: Schedule;
  readonly shift: Shift;
  readonly darkScreen: DarkScreen;
}

export class Power {
  readonly #options: PowerOptions;
  #governor = new ShiftGovernor();
  readonly #view: Signal<PowerView>;
  #battery: BatteryState = { kind: "unknown", why: "the browser has not reported it yet" };
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

  enter({ gateway }: { readonly gateway: Gateway }): void {
    this.leave();
    this.#gateway = gateway;
    this.#cancelTick = this.#scheduleTick();
    this.refresh();
  }

  /** The room continues under another key: the plan, the battery's history and a dark screen stay as they are. */
  move({ gateway }: { readonly gateway: Gateway }): void {
    this.#gateway = gateway;
    this.#carryOut(this.#plan);
  }

  leave(): void {
    this.#cancelTick?.();
    this.#gateway = undefined;
    // Outside a room nothing is governed, so what the battery did there says nothing about a power level.
    this.#governor = new ShiftGovernor();
    this.#plan = powerPlans.full;
    this.#options.darkScreen.darkAfterMs = undefined;
    this.#options.darkScreen.wake();
  }

  /** To be called when time has passed, or when something has changed that the governor's decision depends on. */
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
    this.#options.darkScreen.darkAfterMs = plan.darkAfterMs;
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

  /** Probes that were asked to send less often and do not. */
  #unthinned(): PowerView["unthinned"] {
    const gateway = this.#gateway;
    return (gateway?.probes ?? []).flatMap(({ index, motionRate: { pace } }) =>
      pace.kind === "refused" ? { name: gateway?.probeName(index) ?? "", why: pace.why } : [],
    );
  }
}
