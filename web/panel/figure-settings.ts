// What a person can enter for the figures: how long a shift is, and what this device's battery holds. The type, its
// ranges and its defaults; a part of the panel's seam, as panel-model.ts is.
export interface FigureSettings {
  readonly shiftHours: number;
  /** Undefined: the person has not entered it. */
  readonly capacityWh: number | undefined;
}

export const shiftHoursRange = { least: 1, most: 24 } as const;
/** From a watch to a laptop that may just fly along. */
export const capacityWhRange = { least: 0.5, most: 100 } as const;

export const defaultFigureSettings: FigureSettings = { shiftHours: 8, capacityWh: undefined };

/** A number of the range; undefined for anything else. */
export const within = (value: unknown, range: { readonly least: number; readonly most: number }): number | undefined =>
  typeof value === "number" && value >= range.least && value <= range.most ? value : undefined;
