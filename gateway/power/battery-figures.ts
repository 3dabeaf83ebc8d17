// What is known of the batteries, as plain data: types only. battery-forecast.ts fills a forecast, band-batteries.ts
// one for each band; the statistics and the page show them. Units are in the names.
import type { BatteryLevel } from "../../firmware-bridge/frames/payloads.ts";

/** A figure and how far from it the truth may lie. */
export interface Uncertain {
  readonly value: number;
  readonly plusMinus: number;
}

export type BatteryForecast =
  /** `charging`, or not yet two steps since the drain began. */
  | { readonly kind: "unknown"; readonly reason: "no-reading" | "charging" | "too-early" }
  | {
      readonly kind: "draining";
      readonly levelPercent: number;
      readonly drainPercentPerHour: Uncertain;
      /** Only when the capacity is known. */
      readonly powerW: Uncertain | undefined;
      readonly timeLeftMs: number;
      readonly leastTimeLeftMs: number;
      /** Undefined: no upper limit is known yet. */
      readonly mostTimeLeftMs: number | undefined;
      readonly shiftLeftMs: number;
      readonly lastsShift: "yes" | "no" | "uncertain";
    };

/** A band of mine or of a peer, and what it last reported of its battery. */
export interface BandReading {
  /**
   * The same for the same band, and no other's, as long as the page that it is connected to lives and the room keeps
   * its key.
   */
  readonly id: string;
  /** The peer whose band it is; undefined: it is mine. */
  readonly wearer: { readonly gatewayId: string; readonly name: string } | undefined;
  readonly name: string;
  /** To its gateway, and that to here. */
  readonly isConnected: boolean;
  /** Undefined: it has reported nothing yet. */
  readonly battery: BatteryLevel | undefined;
}

export interface BandForecast extends BandReading {
  readonly forecast: BatteryForecast;
}
