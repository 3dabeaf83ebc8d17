// The way out of a member, for one slice of a mode other than the product.
import type { Platform } from "../members/member.ts";
import type { SliceSpec } from "../members/slice.ts";
import type { Tap } from "../members/tap.ts";
import type { Outgoing, ProcessingMeter } from "../modes/mode.ts";
import { rivals } from "../modes/modes.ts";

/** The meter of members that are not measured. */
export const noMeter: ProcessingMeter = { left: () => undefined };

export interface WayOut {
  readonly platform: Platform;
  /** The peers that should get what is sent now. */
  readonly taps: () => readonly Tap[];
  readonly meter: ProcessingMeter;
}

/** Undefined if the product itself sends, or nobody sends. */
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
