// For people who prefer less motion, lines step once in a while in place of running. That also costs the least to draw.
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo } from "preact/hooks";

/** Slow enough to be a step and no movement, fast enough to show that a band is alive. */
export const calmStepMs = 1_000;

/** The value as it was at its last step; a component that shows it is not drawn again between two steps. */
export const calmly = <T>(
  value: ReadonlySignal<T>,
  prefersCalm: () => boolean,
  now: () => number,
): ReadonlySignal<T> => {
  let shown = value.peek();
  let steppedAtMs = Number.NEGATIVE_INFINITY;
  return computed(() => {
    const next = value.value;
    const nowMs = now();
    if (!prefersCalm() || nowMs - steppedAtMs >= calmStepMs) {
      shown = next;
      steppedAtMs = nowMs;
    }
    return shown;
  });
};

export const useCalm = <T>(value: ReadonlySignal<T>): ReadonlySignal<T> =>
  useMemo(() => {
    const preference = matchMedia("(prefers-reduced-motion: reduce)");
    return calmly(
      value,
      () => preference.matches,
      () => performance.now(),
    );
  }, [value]);
