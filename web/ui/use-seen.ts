// Whether an element is on the screen: what nobody sees does not move, because each frame costs battery over a whole
// shift.
import { computed, type ReadonlySignal, useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useMemo } from "preact/hooks";

/** True until the browser has answered. */
export const useSeen = (element: RefObject<Element | null>): ReadonlySignal<boolean> => {
  const isSeen = useSignal(true);
  useEffect(() => {
    if (element.current === null) return undefined;
    const observer = new IntersectionObserver((entries) => {
      isSeen.value = entries.at(-1)?.isIntersecting ?? true;
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element, isSeen]);
  return isSeen;
};

/** The value as it was when it was last seen; a component that shows it is not drawn again meanwhile. */
export const useWhileSeen = <T>(value: ReadonlySignal<T>, isSeen: ReadonlySignal<boolean>): ReadonlySignal<T> =>
  useMemo(() => {
    let seen = value.peek();
    return computed(() => {
      if (isSeen.value) seen = value.value;
      return seen;
    });
  }, [value, isSeen]);
