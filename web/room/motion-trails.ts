// The newest movement of each band that is shown, as one signal per band, so that a sample redraws one line and nothing
// else.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { type MotionPoint, motionTrailLength } from "../ui/app-model.ts";

export class MotionTrails {
  readonly #trails = new Map<string, Signal<readonly MotionPoint[]>>();

  /** The same signal for the same key until it is dropped. */
  of(key: string): ReadonlySignal<readonly MotionPoint[]> {
    return this.#trail(key);
  }

  add(key: string, { x, y, z }: MotionPoint): void {
    const trail = this.#trail(key);
    trail.value = [...trail.value.slice(1 - motionTrailLength), { x, y, z }];
  }

  /** Forgets the trails of all other keys. */
  keepOnly(keys: ReadonlySet<string>): void {
    for (const key of this.#trails.keys()) if (!keys.has(key)) this.#trails.delete(key);
  }

  #trail(key: string): Signal<readonly MotionPoint[]> {
    const known = this.#trails.get(key);
    if (known !== undefined) return known;
    const trail = signal<readonly MotionPoint[]>([]);
    this.#trails.set(key, trail);
    return trail;
  }
}
