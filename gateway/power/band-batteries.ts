// How long the bands last, mine and those of my peers: a forecast for each, from what they tell of their batteries.
// Neighbours: statistics.ts gives the readings, battery-forecast.ts is the forecast of one. Bounded by the rosters.
import type { BandForecast, BandReading } from "./battery-figures.ts";
import { BatteryForecaster, type BatteryForecastOptions, type ReadingTime } from "./battery-forecast.ts";

export class BandBatteries {
  #forecasters: ReadonlyMap<string, BatteryForecaster> = new Map();

  /**
   * `bands` are all that there are: those that are missing are forgotten. Calling it more often makes the steps better
   * known.
   */
  read(bands: readonly BandReading[], { atMs, awakeMs }: ReadingTime): void {
    this.#forecasters = new Map(
      bands.flatMap(({ id, battery, isConnected }) => {
        if (battery === undefined) return [];
        const known = this.#forecasters.get(id);
        const forecaster = known ?? new BatteryForecaster();
        // A band that is away reports no step: what stays is its last report, not its level.
        if (known === undefined || isConnected)
          forecaster.read({ atMs, awakeMs, levelPercent: battery.percent, isCharging: battery.isCharging });
        return [[id, forecaster] as const];
      }),
    );
  }

  forecasts(
    bands: readonly BandReading[],
    nowMs: number,
    options: Omit<BatteryForecastOptions, "capacityWh">,
  ): readonly BandForecast[] {
    return bands.map((band) => ({
      ...band,
      forecast: this.#forecasters.get(band.id)?.forecast(nowMs, { ...options, capacityWh: undefined }) ?? {
        kind: "unknown",
        reason: "no-reading",
      },
    }));
  }
}
