// What is drawn stands still while the screen is dark: nobody sees it, and drawing costs the battery.
import { computed, type ReadonlySignal } from "@preact/signals";

/** The same as `source`, but as it was when the screen went dark: what is drawn from it is not drawn again before it wakes. */
export const whileLit = <T>(isDark: ReadonlySignal<boolean>, source: ReadonlySignal<T>): ReadonlySignal<T> => {
  let last = source.peek();
  return computed(() => {
    if (!isDark.value) last = source.value;
    return last;
  });
};
