import { beforeEach, describe, expect, it } from "vitest";
import { keepAwake, lockAnswerMs, shortLockMs, type WakeLockKeeper } from "../../../../web/platform/wake-lock.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";

class Sentinel extends EventTarget {
  released = false;

  async release(): Promise<void> {
    if (this.released) return;
    this.released = true;
    this.dispatchEvent(new Event("release"));
  }
}

/** A browser's wake lock, and the system behind it, which can take every lock away. */
class System {
  /** The next requests are answered so; "never" is a browser that does not answer. */
  answer: "grant" | "refuse" | "never" = "grant";
  requests = 0;
  readonly sentinels: Sentinel[] = [];
  readonly document = Object.assign(new EventTarget(), { visibilityState: "visible" });

  get held(): number {
    return this.sentinels.filter(({ released }) => !released).length;
  }

  readonly wakeLock = {
    request: async () => {
      this.requests++;
      await settle();
      if (this.answer === "never") return new Promise(() => undefined);
      if (this.answer === "refuse" || this.document.visibilityState !== "visible") {
        throw new DOMException("Wake Lock refused.", "NotAllowedError");
      }
      const sentinel = new Sentinel();
      this.sentinels.push(sentinel);
      return sentinel;
    },
  };

  async takeAway(): Promise<void> {
    await Promise.all(this.sentinels.map((sentinel) => sentinel.release()));
  }

  async show(isVisible: boolean): Promise<void> {
    this.document.visibilityState = isVisible ? "visible" : "hidden";
    if (!isVisible) await this.takeAway();
    this.document.dispatchEvent(new Event("visibilitychange"));
  }

  tap(): void {
    this.document.dispatchEvent(new Event("pointerup"));
  }
}

describe("keepAwake", () => {
  let time: FakeTime;
  let system: System;
  let isHeld: boolean;
  let refusals: number;
  let keeper: WakeLockKeeper;

  const keep = (wakeLock: unknown = system.wakeLock): void => {
    keeper = keepAwake({
      wakeLock: wakeLock as WakeLock,
      document: system.document as unknown as Document,
      now: time.now,
      schedule: time.schedule,
      onChange: (held) => {
        isHeld = held;
      },
      onRefused: () => void refusals++,
    });
  };

  beforeEach(async () => {
    time = new FakeTime();
    system = new System();
    isHeld = false;
    refusals = 0;
  });

  const pass = (ms = 0): Promise<void> => time.advance(ms + 10);
  /** Long enough after a grant that a release is no refusal. */
  const passAWhile = (): Promise<void> => pass(shortLockMs);

  it("should ask again at once when the system takes the lock while the page is visible", async () => {
    keep();
    await passAWhile();
    expect(isHeld).toBe(true);
    await system.takeAway();
    await pass();
    expect([isHeld, system.held, refusals]).toEqual([true, 1, 0]);
  });

  it("should report a refusal after a release once, and ask again at the next tap", async () => {
    keep();
    await passAWhile();
    system.answer = "refuse"; // Battery saving was switched on.
    await system.takeAway();
    await pass();
    expect([isHeld, refusals]).toEqual([false, 1]);
    system.tap();
    await pass();
    expect(refusals).toBe(1);
    system.answer = "grant";
    system.tap();
    await pass();
    expect([isHeld, system.held]).toEqual([true, 1]);
    system.answer = "refuse";
    await passAWhile();
    await system.takeAway();
    await pass();
    expect(refusals).toBe(2);
  });

  it("should not ask without end where each lock is taken at once", async () => {
    keep();
    await pass();
    for (let i = 0; i < 20; i++) {
      await system.takeAway();
      await pass();
    }
    expect(system.requests).toBeLessThanOrEqual(2);
    expect(refusals).toBe(1);
    await passAWhile();
    system.tap();
    await pass();
    expect(isHeld).toBe(true);
  });

  it("should have one lock whatever happens at once", async () => {
    keep();
    system.tap();
    await system.show(true);
    await system.show(true);
    await pass();
    expect([system.held, isHeld]).toEqual([1, true]);
    await passAWhile();
    await Promise.all([system.takeAway(), system.takeAway()]);
    system.tap();
    await pass();
    expect([system.held, isHeld]).toEqual([1, true]);
  });

  it("should ask when the page is shown again, also while an earlier request fails because it was hidden", async () => {
    keep();
    await system.show(false);
    await pass();
    expect([isHeld, refusals]).toEqual([false, 0]);
    await system.show(true);
    await pass();
    expect(isHeld).toBe(true);
    await passAWhile();
    await system.show(false);
    void system.show(true);
    void system.show(false);
    await system.show(true);
    await pass();
    expect([isHeld, system.held, refusals]).toEqual([true, 1, 0]);
  });

  it("should report a browser that never answers, and release what it grants later", async () => {
    let grant: ((sentinel: Sentinel) => void) | undefined;
    keep({
      request: () =>
        new Promise((resolve) => {
          grant = resolve;
        }),
    });
    await pass(lockAnswerMs);
    expect(refusals).toBe(1);
    keeper.close();
    const late = new Sentinel();
    grant?.(late);
    await pass();
    expect(late.released).toBe(true);
  });

  it("should report a browser without wake locks", async () => {
    keepAwake({
      wakeLock: undefined,
      document: system.document as unknown as Document,
      now: time.now,
      schedule: time.schedule,
      onChange: () => undefined,
      onRefused: () => void refusals++,
    });
    system.tap();
    await pass();
    expect(refusals).toBe(1);
  });

  it("should have nothing and ask for nothing after it is closed", async () => {
    keep();
    await passAWhile();
    keeper.close();
    await pass();
    expect(system.held).toBe(0);
    const { requests } = system;
    system.tap();
    await system.show(true);
    await pass();
    expect(system.requests).toBe(requests);
    expect(isHeld).toBe(false);
    expect(time.pendingTasks).toBe(0);
  });
});
