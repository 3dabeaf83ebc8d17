// What the figures have to be told: how long a shift is, and what this device's battery holds. The type, its ranges, its defaults and where it is kept.
import { readJson, type StorageOutcome, type TextStorage } from "./text-storage.ts";

export interface FigureSettings {
  readonly shiftHours: number;
  /** Undefined: the person has not told. */
  readonly capacityWh: number | undefined;
}

export const shiftHoursRange = { least: 1, most: 24 } as const;
/** From a watch to a laptop that may just fly along. */
export const capacityWhRange = { least: 0.5, most: 100 } as const;

export const defaultFigureSettings: FigureSettings = { shiftHours: 8, capacityWh: undefined };

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

/** A number of the range; undefined for anything else. */
export const within = (value: unknown, range: { readonly least: number; readonly most: number }): number | undefined =>
  typeof value === "number" && value >= range.least && value <= range.most ? value : undefined;
