// Web Locks in memory, exclusive ones only: for tabs that share a device. They can be made to answer nothing, as some
// browsers do.

interface Request {
  readonly name: string;
  readonly grant: (lock: Lock | null) => void;
}

export class MemoryLocks {
  /** Requests are neither granted nor refused, and aborting them has no effect. */
  isHanging = false;
  readonly #held = new Set<string>();
  readonly #waiting: Request[] = [];

  get held(): readonly string[] {
    return [...this.#held];
  }

  asLocks(): Pick<LockManager, "request"> {
    return this as unknown as LockManager;
  }

  /** Ends the silence. */
  answer(): void {
    this.isHanging = false;
    this.#serve();
  }

  request(name: string, options: LockOptions, use: (lock: Lock | null) => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const grant = (lock: Lock | null): void => {
        if (lock !== null) this.#held.add(name);
        const over = (): void => {
          if (lock !== null) this.#held.delete(name);
          this.#serve();
        };
        use(lock).then(resolve, reject).finally(over);
      };
      if (options.ifAvailable && !this.isHanging && this.#held.has(name)) return grant(null);
      const request = { name, grant };
      this.#waiting.push(request);
      options.signal?.addEventListener("abort", () => {
        if (this.isHanging || !this.#waiting.includes(request)) return;
        this.#waiting.splice(this.#waiting.indexOf(request), 1);
        reject(new DOMException("The request was aborted.", "AbortError"));
      });
      this.#serve();
    });
  }

  #serve(): void {
    if (this.isHanging) return;
    for (const request of [...this.#waiting]) {
      if (this.#held.has(request.name)) continue;
      this.#waiting.splice(this.#waiting.indexOf(request), 1);
      request.grant({ name: request.name, mode: "exclusive" });
    }
  }
}
