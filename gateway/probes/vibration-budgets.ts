// The vibration budgets of a page, one for each device: a device that is removed and added again, or taken into another
// room, keeps its budget.
// Neighbours: own-probes.ts asks for the budget of a device that is added; the page hands one `VibrationBudgets` to
// every gateway that it has.
import type { Now } from "../basics/runtime.ts";
import { type TurnMemory, VibrationBudget } from "./vibration-budget.ts";
import { maxVibratingMsPerTenSeconds } from "./wearer-limits.ts";

/** Four times as many as a gateway has probes at once: the budget of a device that is in use is never dropped. */
const maxDevices = 64;

export interface VibrationBudgetsOptions {
  readonly now: Now;
  readonly wallNow: Now;
  /** Undefined where no other page can reach the same devices. */
  readonly memory?: TurnMemory | undefined;
  /** Left out by every page. The test bench has no limit here, because its bands are on nobody's arm. */
  readonly maxVibratingMsPerTenSeconds?: number;
}

export class VibrationBudgets {
  readonly #options: VibrationBudgetsOptions;
  /** By device id, the latest asked for last. */
  readonly #budgets = new Map<string, VibrationBudget>();
  #turns = 0;

  constructor(options: VibrationBudgetsOptions) {
    this.#options = options;
  }

  of(deviceId: string): VibrationBudget {
    const budget = this.#budgets.get(deviceId) ?? this.#make(deviceId);
    this.#budgets.delete(deviceId);
    this.#budgets.set(deviceId, budget);
    const [oldest] = this.#budgets.keys();
    if (this.#budgets.size > maxDevices && oldest !== undefined) this.#budgets.delete(oldest);
    return budget;
  }

  #make(deviceId: string): VibrationBudget {
    const { now, wallNow, memory, maxVibratingMsPerTenSeconds: mostMs = maxVibratingMsPerTenSeconds } = this.#options;
    return new VibrationBudget({
      deviceId,
      now,
      wallNow,
      memory,
      maxVibratingMsPerTenSeconds: mostMs,
      makeTurnId: () => `${memory?.pageId}-${++this.#turns}`,
    });
  }
}
