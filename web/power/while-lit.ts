// Drawing stops while the screen is dark: nobody sees it, and it costs battery.
import { computed, type ReadonlySignal } from "@preact/signals";

/** Follows `source` while the screen is lit, and keeps its last value while the screen is dark. */
export const whileLit = <T>(isDark: ReadonlySignal<boolean>, source: ReadonlySignal<T>): ReadonlySignal<T> => {
  let last = source.peek();
  return computed(() => {
    if (!isDark.value) last = source.value;
    return last;
  });
};
