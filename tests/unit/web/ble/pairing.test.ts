import { describe, expect, test } from "vitest";
import { earlDriver } from "../../../../firmware-bridge/devices/earl-driver.ts";
import { availabilityLimitMs, bluetoothProblem, chooseDevice } from "../../../../web/ble/pairing.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const device = { id: "device" } as BluetoothDevice;

const platformWith = (bluetooth: {
  requestDevice?: (options?: RequestDeviceOptions) => Promise<BluetoothDevice>;
  getAvailability?: () => Promise<boolean>;
}) => ({
  isSecureContext: true,
  bluetooth: {
    requestDevice: async () => device,
    getAvailability: async () => true,
    ...bluetooth,
  },
});

describe("bluetoothProblem", () => {
  const { schedule } = new FakeTime();

  test("should not wait for a browser that never answers", async () => {
    const time = new FakeTime();
    const silent = platformWith({ getAvailability: () => new Promise(() => undefined) });
    const problem = bluetoothProblem(silent, time.schedule);
    await time.advance(availabilityLimitMs);
    expect(await problem).toBeUndefined();
  });

  test("should blame the page's address before the browser, which hides the API there", async () => {
    expect(await bluetoothProblem({ isSecureContext: false, bluetooth: undefined }, schedule)).toBe("insecure-context");
  });

  test("should recognize a browser without Web Bluetooth", async () => {
    expect(await bluetoothProblem({ isSecureContext: true, bluetooth: undefined }, schedule)).toBe(
      "bluetooth-unsupported",
    );
  });

  test("should recognize a missing adapter", async () => {
    expect(await bluetoothProblem(platformWith({ getAvailability: async () => false }), schedule)).toBe(
      "bluetooth-off",
    );
  });

  test("should find none where Bluetooth is available", async () => {
    expect(await bluetoothProblem(platformWith({}), schedule)).toBeUndefined();
  });
});

describe("chooseDevice", () => {
  test("should ask for devices of the driver's service and for their battery", async () => {
    const asked: unknown[] = [];
    const platform = platformWith({
      requestDevice: async (options) => {
        asked.push(options);
        return device;
      },
    });
    expect(await chooseDevice(platform, earlDriver, { free: 1 })).toEqual({ kind: "chosen", device });
    expect(asked).toEqual([{ filters: [{ services: [earlDriver.uuids.service] }], optionalServices: [0x180f] }]);
  });

  test("should ask at once, while the browser still sees the tap", () => {
    let isAsked = false;
    const platform = platformWith({
      requestDevice: async () => {
        isAsked = true;
        return device;
      },
    });
    void chooseDevice(platform, earlDriver, { free: 1 });
    expect(isAsked).toBe(true);
  });

  test("should not ask when no slot is free", async () => {
    const platform = platformWith({ requestDevice: () => Promise.reject(new Error("asked")) });
    expect(await chooseDevice(platform, earlDriver, { free: 0 })).toEqual({
      kind: "failed",
      failure: "link-slots-full",
    });
  });

  test("should name why nothing was chosen", async () => {
    const platform = platformWith({
      requestDevice: () =>
        Promise.reject(new DOMException("User cancelled the requestDevice() chooser.", "NotFoundError")),
    });
    const outcome = await chooseDevice(platform, earlDriver, { free: 1 });
    expect(outcome).toEqual({ kind: "failed", failure: "chooser-cancelled" });
  });
});
