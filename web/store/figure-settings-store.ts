// Where the figures' settings are kept on this device, and how they are read back: each value only if it is one the
// panel could have set.
import {
  capacityWhRange,
  defaultFigureSettings,
  type FigureSettings,
  shiftHoursRange,
  within,
} from "../panel/figure-settings.ts";
import { readJson, type StorageOutcome, type TextStorage } from "./text-storage.ts";

const settingsKey = "earl-mesh.figures";

export class FigureSettingsStore {
  readonly #storage: TextStorage;

  constructor(storage: TextStorage) {
    this.#storage = storage;
  }

  load(): FigureSettings {
    const stored = readJson(this.#storage, settingsKey);
    const { shiftHours, capacityWh } = (stored ?? {}) as Partial<Record<string, unknown>>;
    return {
      shiftHours: within(shiftHours, shiftHoursRange) ?? defaultFigureSettings.shiftHours,
      capacityWh: within(capacityWh, capacityWhRange),
    };
  }

  save(settings: FigureSettings): StorageOutcome {
    return this.#storage.write(settingsKey, JSON.stringify(settings));
  }
}
