// What ends with the page: listeners are removed, connections and timers closed.
// main.ts adds each ending where it opens something, so that nothing is opened without one.

type Listen = (target: EventTarget, type: string, listener: () => void, options?: AddEventListenerOptions) => void;

/** Undoes, last first, what was begun in order. */
export class Endings {
  readonly #endings: (() => unknown)[] = [];

  add(end: () => unknown): void {
    this.#endings.push(end);
  }

  readonly listen: Listen = (target, type, listener, options) => {
    target.addEventListener(type, listener, options);
    this.add(() => target.removeEventListener(type, listener, options));
  };

  end(): void {
    for (const end of this.#endings.splice(0).reverse()) end();
  }
}
