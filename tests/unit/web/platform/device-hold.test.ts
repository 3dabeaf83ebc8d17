import { beforeEach, describe, expect, it } from "vitest";
import { lockAnswerLimitMs, lockWaitMs, WebLockHold } from "../../../../web/platform/device-hold.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { MemoryLocks } from "../../../support/memory-locks.ts";

describe("WebLockHold", () => {
  let time: FakeTime;
  let locks: MemoryLocks;
  let unguarded: number;

  beforeEach(() => {
    time = new FakeTime();
    locks = new MemoryLocks();
    unguarded = 0;
  });

  const holdOf = (device: string, from: Pick<LockManager, "request"> | undefined = locks.asLocks()): WebLockHold =>
    new WebLockHold(device, { locks: from, schedule: time.schedule, onUnguarded: () => void unguarded++ });

  it("should give a device to one tab, and to the next when the first lets go", async () => {
    const first = holdOf("band");
    const second = holdOf("band");
    expect(await first.take()).toBe(true);
    const refused = second.take();
    await time.advance(lockWaitMs);
    expect(await refused).toBe(false);
    first.release();
    expect(await holdOf("band").take()).toBe(true);
    expect(unguarded).toBe(0);
  });

  it("should wait a moment for a link of the same device that is just being closed", async () => {
    const first = holdOf("band");
    await first.take();
    const second = holdOf("band").take();
    await time.advance(lockWaitMs / 2);
    first.release();
    expect(await second).toBe(true);
  });

  it("should keep each device apart", async () => {
    expect(await holdOf("band").take()).toBe(true);
    expect(await holdOf("this-phone").take()).toBe(true);
  });

  it("should leave no lock behind when it is released while it waits", async () => {
    const first = holdOf("band");
    await first.take();
    const second = holdOf("band");
    void second.take();
    await settle();
    second.release();
    first.release();
    await settle();
    expect(locks.held).toEqual([]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should leave no lock behind when the browser grants it after the release", async () => {
    locks.isHanging = true;
    const hold = holdOf("band");
    void hold.take();
    await settle();
    hold.release();
    locks.answer();
    await settle();
    expect(locks.held).toEqual([]);
  });

  const refusing = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };

  it("should go on without, and report it, where there are no locks or none are given", async () => {
    const withoutLocks = new WebLockHold("band", {
      locks: undefined,
      schedule: time.schedule,
      onUnguarded: () => void unguarded++,
    });
    expect(await withoutLocks.take()).toBe(true);
    expect(await holdOf("band", refusing).take()).toBe(true);
    expect(unguarded).toBe(2);
  });

  it("should go on without, and report it, where the browser never answers", async () => {
    locks.isHanging = true;
    const taken = holdOf("band").take();
    await time.advance(lockAnswerLimitMs);
    expect(await taken).toBe(true);
    expect(unguarded).toBe(1);
  });

  it("should not use a device that another tab has, even where the browser never ends the wait", async () => {
    await holdOf("band").take();
    const second = holdOf("band").take();
    await settle();
    locks.isHanging = true;
    await time.advance(lockWaitMs);
    expect(await second).toBe(false);
  });
});
