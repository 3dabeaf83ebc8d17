// A rival mode's way out of a member, for one slice.
import type { Platform } from "../members/member.ts";
import type { SliceSpec } from "../members/slice.ts";
import type { Tap } from "../members/tap.ts";
import type { Outgoing, ProcessingMeter } from "../modes/mode.ts";
import { rivals } from "../modes/modes.ts";

/** For members that are not what is measured. */
export const noMeter: ProcessingMeter = { left: () => undefined };

export interface WayOut {
  readonly platform: Platform;
  /** Those who are to get what is said, at the moment. */
  readonly taps: () => readonly Tap[];
  readonly meter: ProcessingMeter;
}

/** Undefined where the product speaks for itself, or nobody speaks. */
export const outgoingOf = (
  { mode, windowMs, id }: SliceSpec,
  { platform, taps, meter }: WayOut,
): Outgoing | undefined => {
  if (mode === "idle" || mode === "earl-mesh") return undefined;
  return rivals[mode].outgoing({
    now: () => platform.now() + platform.offsetMs(),
    schedule: platform.schedule,
    windowMs,
    slice: id,
    broadcast: (message) => {
      for (const tap of taps()) tap.send(message);
    },
    broadcastEach: (makeMessage) => {
      for (const tap of taps()) tap.send(makeMessage());
    },
    meter,
  });
};
