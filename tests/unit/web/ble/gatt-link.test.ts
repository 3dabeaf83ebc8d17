import { describe, expect, test } from "vitest";
import type { LinkState } from "../../../../firmware-bridge/devices/device-link.ts";
import { earlDriver } from "../../../../firmware-bridge/devices/earl-driver.ts";
import { connectTimeoutMs, firstRetryMs, GattLink, lastRetryMs } from "../../../../web/ble/gatt-link.ts";
import { type DeviceHold, lockWaitMs, ownDeviceHold, WebLockHold } from "../../../../web/platform/device-hold.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { MemoryLocks } from "../../../support/memory-locks.ts";

/**
 * A device of which only the connecting matters; what comes after is tested in Chromium
 * (tests/browser/ble-link.test.ts).
 */
class FakeDevice extends EventTarget {
  readonly id = "fake device";
  connects = 0;
  disconnects = 0;
  connect: () => Promise<void> = () => new Promise(() => undefined);
  readonly gatt = {
    connect: async () => {
      this.connects++;
      await this.connect();
      return this.gatt;
    },
    disconnect: () => void this.disconnects++,
    getPrimaryService: () => Promise.reject(new DOMException("GATT Server is disconnected.", "NetworkError")),
  };
}

const setUp = (name?: string, hold: DeviceHold = ownDeviceHold) => {
  const time = new FakeTime();
  const device = Object.assign(new FakeDevice(), { name });
  const states: LinkState[] = [];
  const link = new GattLink({
    device: device as unknown as BluetoothDevice,
    driver: earlDriver,
    hold,
    now: time.now,
    schedule: time.schedule,
    random: () => 1, // The whole delay.
  });
  const open = () =>
    link.open({ onState: (state) => states.push(state), onEvent: () => undefined, onDiscard: () => undefined });
  return { time, device, states, link, open };
};

const outOfRange = () =>
  Promise.reject(new DOMException("Connection Error: Connection attempt failed.", "NetworkError"));

describe("GattLink", () => {
  test.each([
    ["Anna's band", "Anna's band"],
    ["\u202eAnna\u2066's band\nVera is connected", "Anna's bandVera is connected"],
    ["\u2066\u2069", "Earl band"],
    [undefined, "Earl band"],
  ])("should make of the name that a device gives itself, %j, only text", (given, plain) => {
    expect(setUp(given).link.name).toBe(plain);
  });

  test("should not wait for ever for a connect() that hangs", async () => {
    const { time, device, states, open } = setUp();
    void open();
    await time.advance(connectTimeoutMs);
    expect(states).toEqual([{ kind: "reconnecting", attempt: 1, failure: "link-timeout" }]);
    expect(device.disconnects).toBe(1);
    await time.advance(firstRetryMs);
    expect(device.connects).toBe(2);
  });

  test("should go on trying at growing intervals", async () => {
    const { time, device, states, open } = setUp();
    device.connect = outOfRange;
    void open();
    await time.advance(firstRetryMs + 2 * firstRetryMs);
    expect(states).toEqual([1, 2, 3].map((attempt) => ({ kind: "reconnecting", attempt, failure: "link-lost" })));
    await time.advance(4 * firstRetryMs - 1);
    expect(device.connects).toBe(3);
    await time.advance(1);
    expect(device.connects).toBe(4);
  });

  test("should end a connection that comes about after it was closed", async () => {
    const { time, device, states, link, open } = setUp();
    let answer: () => void = () => undefined;
    device.connect = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    const opened = open();
    await time.advance(connectTimeoutMs); // The first attempt is given up, but Chromium goes on with it.
    await link.close();
    device.disconnects = 0;
    answer();
    await time.advance(lastRetryMs);
    expect(device.disconnects).toBe(1);
    expect(device.connects).toBe(1);
    expect(await opened).toEqual({ kind: "closed" });
    expect(states.map(({ kind }) => kind)).toEqual(["reconnecting", "closed"]);
  });

  test("should not try again what a person has refused", async () => {
    const { device, open } = setUp();
    device.connect = () => Promise.reject(new DOMException("permission revoked", "SecurityError"));
    expect(await open()).toEqual({ kind: "closed", failure: "bluetooth-refused" });
  });

  test("should leave no timer behind when it is closed", async () => {
    const { time, device, link, open } = setUp();
    device.connect = outOfRange;
    void open();
    await time.advance(100);
    await link.close();
    expect(time.pendingTasks).toBe(0);
    device.dispatchEvent(new Event("gattserverdisconnected"));
    expect(time.pendingTasks).toBe(0);
  });

  test("should leave a device alone that another tab has", async () => {
    const locks = new MemoryLocks();
    const holdIn = (time: FakeTime) =>
      new WebLockHold("device", { locks: locks.asLocks(), schedule: time.schedule, onUnguarded: () => undefined });
    const first = setUp("band", holdIn(new FakeTime()));
    void first.open();
    await first.time.advance(0);
    const waiting = new FakeTime();
    const second = setUp("band", holdIn(waiting));
    let connects = 0;
    second.device.gatt.connect = () => {
      connects++;
      return new Promise(() => undefined);
    };
    const opened = second.open();
    await waiting.advance(lockWaitMs);
    expect(await opened).toEqual({ kind: "closed", failure: "held-in-another-tab" });
    expect(connects).toBe(0);
    await first.link.close();
    await settle();
    expect(locks.held).toEqual([]);
  });
});
