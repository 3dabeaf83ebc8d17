import { describe, expect, test } from "vitest";
import {
  busyPauseMs,
  type GattOperation,
  type GattOutcome,
  GattQueue,
  gattTimeoutMs,
  maxBusyRetries,
  maxWaitingOperations,
} from "../../../../web/ble/gatt-queue.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const busy = () => new DOMException("GATT operation already in progress.", "NetworkError");
const hanging = () => new Promise<never>(() => undefined);

const setUp = () => {
  const time = new FakeTime();
  const clock = { leadMs: 0 };
  let stuck = 0;
  const queue = new GattQueue({
    now: () => time.now() + clock.leadMs,
    schedule: time.schedule,
    onStuck: () => stuck++,
  });
  return { time, clock, queue, stuckCount: () => stuck };
};

/** A call that the test answers. */
class ManualCall {
  calls = 0;
  answer: () => void = () => undefined;
  readonly make = (): Promise<void> => {
    this.calls++;
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  };
}

const operation = (
  call: () => Promise<unknown>,
  rest: Partial<GattOperation<unknown>> = {},
): GattOperation<unknown> => ({
  run: (attempt) => attempt(call),
  ...rest,
});

const failed = (failure: string) => ({ kind: "failed", failure });

describe("GattQueue", () => {
  test("should give the value of an operation", async () => {
    const { queue } = setUp();
    expect(await queue.add({ run: (attempt) => attempt(async () => 7) })).toEqual({ kind: "done", value: 7 });
  });

  test("should never run two operations at once, and keep their order", async () => {
    const { queue } = setUp();
    let running = 0;
    const order: number[] = [];
    const steps = [1, 2, 3].map((step) =>
      queue.add(
        operation(async () => {
          expect(++running).toBe(1);
          await Promise.resolve();
          order.push(step);
          running--;
        }),
      ),
    );
    await Promise.all(steps);
    expect(order).toEqual([1, 2, 3]);
  });

  test("should let the newest of one key replace the one that waits, in its place, and not the one that runs", async () => {
    const { queue, time } = setUp();
    const first = new ManualCall();
    const order: string[] = [];
    const note = (name: string) => async () => void order.push(name);
    const outcomes = [
      queue.add(operation(first.make, { key: 1 })),
      queue.add(operation(note("old"), { key: 1 })),
      queue.add(operation(note("other"), { key: 2 })),
      queue.add(operation(note("new"), { key: 1 })),
    ];
    await time.advance(0);
    first.answer();
    const kinds = (await Promise.all(outcomes)).map(({ kind }) => kind);
    expect(kinds).toEqual(["done", "superseded", "done", "done"]);
    expect(order).toEqual(["new", "other"]);
  });

  test("should not begin an operation after it has expired", async () => {
    const { queue, time } = setUp();
    const slow = new ManualCall();
    const late = new ManualCall();
    queue.add(operation(slow.make));
    const outcome = queue.add(operation(late.make, { expiresAtMs: 99 }));
    await time.advance(100);
    slow.answer();
    expect(await outcome).toEqual({ kind: "expired" });
    expect(late.calls).toBe(0);
  });

  test("should begin an operation at the very moment at which it expires", async () => {
    const { queue, time } = setUp();
    await time.advance(100);
    expect(await queue.add(operation(async () => "in time", { expiresAtMs: 100 }))).toMatchObject({ kind: "done" });
  });

  test("should stop between the calls of an operation that expires", async () => {
    const { queue, time } = setUp();
    const calls = [new ManualCall(), new ManualCall()];
    const outcome = queue.add({
      expiresAtMs: 50,
      run: async (attempt) => {
        for (const call of calls) await attempt(call.make);
      },
    });
    await time.advance(51);
    calls[0]?.answer();
    expect(await outcome).toEqual({ kind: "expired" });
    expect(calls[1]?.calls).toBe(0);
  });

  test("should try again, after a pause, what Chromium refused as busy", async () => {
    const { queue, time } = setUp();
    const calledAtMs: number[] = [];
    const outcome = queue.add(
      operation(async () => {
        calledAtMs.push(time.now());
        if (calledAtMs.length < 3) throw busy();
      }),
    );
    await time.advance(2 * busyPauseMs);
    expect(await outcome).toMatchObject({ kind: "done" });
    expect(calledAtMs).toEqual([0, busyPauseMs, 2 * busyPauseMs]);
  });

  test("should give up on what stays busy, and go on with the next", async () => {
    const { queue, time } = setUp();
    let calls = 0;
    const outcome = queue.add(
      operation(async () => {
        calls++;
        throw busy();
      }),
    );
    const next = queue.add(operation(async () => "next"));
    await time.advance(maxBusyRetries * busyPauseMs);
    expect(await outcome).toEqual(failed("link-busy"));
    expect(calls).toBe(1 + maxBusyRetries);
    expect(await next).toEqual({ kind: "done", value: "next" });
  });

  test("should not try again after the operation has expired", async () => {
    const { queue, time } = setUp();
    let calls = 0;
    const outcome = queue.add(
      operation(
        async () => {
          calls++;
          throw busy();
        },
        { expiresAtMs: busyPauseMs - 1 },
      ),
    );
    await time.advance(busyPauseMs);
    expect(await outcome).toEqual({ kind: "expired" });
    expect(calls).toBe(1);
  });

  test("should name what the platform threw, and go on with the next", async () => {
    const { queue } = setUp();
    const refused = queue.add(
      operation(() => Promise.reject(new DOMException("GATT operation not permitted.", "NotSupportedError"))),
    );
    const next = queue.add(operation(async () => "next"));
    expect(await refused).toEqual(failed("not-supported-by-probe"));
    expect(await next).toEqual({ kind: "done", value: "next" });
  });

  test("should end when the device does not answer, with all that waits, and say so once", async () => {
    const { queue, time, stuckCount } = setUp();
    const outcomes = Promise.all([queue.add(operation(hanging)), queue.add(operation(hanging))]);
    await time.advance(gattTimeoutMs - 1);
    expect(stuckCount()).toBe(0);
    await time.advance(1);
    expect(await outcomes).toEqual([failed("link-timeout"), failed("link-timeout")]);
    expect(stuckCount()).toBe(1);
    expect(await queue.add(operation(async () => "late"))).toEqual(failed("link-timeout"));
  });

  test("should give each call the whole limit, however long others took before it", async () => {
    const { queue, time, stuckCount } = setUp();
    const first = new ManualCall();
    const outcomes = Promise.all([queue.add(operation(first.make)), queue.add(operation(hanging))]);
    await time.advance(gattTimeoutMs - 1);
    first.answer();
    await time.advance(gattTimeoutMs - 1);
    expect(stuckCount()).toBe(0);
    await time.advance(1);
    expect(await outcomes).toMatchObject([{ kind: "done" }, failed("link-timeout")]);
    expect(stuckCount()).toBe(1);
  });

  test("should not take for the device's silence that the phone slept, timers and all", async () => {
    for (const isAskedBefore of [true, false]) {
      const { queue, clock, time, stuckCount } = setUp();
      await queue.add(operation(async () => "quick"));
      await time.advance(gattTimeoutMs - 1);
      const ask = () => void queue.add(operation(hanging));
      if (isAskedBefore) ask();
      clock.leadMs = 3_600_000;
      if (!isAskedBefore) ask();
      await time.advance(gattTimeoutMs - 1);
      expect(stuckCount()).toBe(0);
      await time.advance(2); // The watch may have begun a moment after the call.
      expect(stuckCount()).toBe(1);
    }
  });

  test("should set one timer for many calls, and none once nobody asks", async () => {
    const { queue, time } = setUp();
    for (let i = 0; i < 10; i++) await queue.add(operation(async () => i));
    expect(time.pendingTasks).toBe(1);
    await time.advance(gattTimeoutMs);
    expect(time.pendingTasks).toBe(0);
  });

  test("should resolve everything when the link drops, also a call that Chromium never settles", async () => {
    const { queue, time, stuckCount } = setUp();
    const outcomes = Promise.all([queue.add(operation(hanging)), queue.add(operation(hanging))]);
    await time.advance(10);
    queue.end("link-lost");
    queue.end("link-timeout");
    expect(await outcomes).toEqual([failed("link-lost"), failed("link-lost")]);
    await time.advance(gattTimeoutMs);
    expect(stuckCount()).toBe(0);
    expect(time.pendingTasks).toBe(0);
  });

  test("should make no further call of an operation when the link has dropped", async () => {
    const { queue, time } = setUp();
    const calls = [new ManualCall(), new ManualCall()];
    const outcome = queue.add({
      run: async (attempt) => {
        for (const call of calls) await attempt(call.make);
      },
    });
    await time.advance(0);
    queue.end("link-lost");
    calls[0]?.answer();
    await time.advance(0);
    expect(await outcome).toEqual(failed("link-lost"));
    expect(calls[1]?.calls).toBe(0);
  });

  test("should refuse more than it has room for", async () => {
    const { queue, time } = setUp();
    const outcomes: Promise<GattOutcome<unknown>>[] = [];
    for (let i = 0; i < maxWaitingOperations + 2; i++) outcomes.push(queue.add(operation(hanging)));
    expect(await outcomes.at(-1)).toEqual(failed("link-busy"));
    queue.end("link-lost");
    await time.advance(gattTimeoutMs);
    expect(await outcomes.at(-2)).toEqual(failed("link-lost"));
  });

  test("should not hide a bug in an operation, and go on with the next", async () => {
    const { queue } = setUp();
    const broken = queue.add({ run: () => Promise.reject(new TypeError("a bug")) });
    const next = queue.add(operation(async () => "next"));
    await expect(broken).rejects.toThrow("a bug");
    expect(await next).toEqual({ kind: "done", value: "next" });
  });
});
