// Turns a time stamp that changes into a number that grows: the key under which an animation plays once per event.
import { useRef } from "preact/hooks";

/** 0 until `stamp` changes for the first time after the component appeared: an event from before does not play. */
export const useChangeCount = (stamp: number | undefined): number => {
  const seen = useRef(stamp);
  const count = useRef(0);
  if (stamp !== seen.current) {
    seen.current = stamp;
    if (stamp !== undefined) count.current += 1;
  }
  return count.current;
};

/** The newest of some stamps; undefined where there is none. */
export const newest = (stamps: readonly (number | undefined)[]): number | undefined => {
  const known = stamps.filter((stamp) => stamp !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
};
