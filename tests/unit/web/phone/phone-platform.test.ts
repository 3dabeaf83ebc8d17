import { describe, expect, test } from "vitest";
import { type PhonePage, phonePlatformOf } from "../../../../web/phone/phone-platform.ts";

const page = (rest: Partial<PhonePage> & { readonly GestureEvent?: unknown }): PhonePage => ({
  isSecureContext: true,
  navigator: {},
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  ...rest,
});

const signal = () => undefined;

describe("phonePlatformOf", () => {
  test("should find neither motion nor vibration where there is none", () => {
    const platform = phonePlatformOf(page({}), signal);
    expect(platform).toMatchObject({ motionEvents: undefined, requestMotionPermission: undefined, vibrate: undefined });
  });

  test("should turn gravity round on WebKit only, also where others ask for permission too", () => {
    const DeviceMotionEvent = { prototype: {}, requestPermission: async () => "granted" as const };
    expect(phonePlatformOf(page({ DeviceMotionEvent }), signal).gravitySign).toBe(1);
    expect(phonePlatformOf(page({ DeviceMotionEvent, GestureEvent: class {} }), signal).gravitySign).toBe(-1);
  });

  test("should call the browser's functions on their objects, as browsers demand", async () => {
    const navigator = {
      vibrate(this: unknown) {
        return this === navigator;
      },
    };
    const DeviceMotionEvent = {
      prototype: {},
      async requestPermission(this: unknown) {
        return this === DeviceMotionEvent ? ("granted" as const) : ("denied" as const);
      },
    };
    const platform = phonePlatformOf(page({ navigator, DeviceMotionEvent }), signal);
    expect(platform.vibrate?.([1])).toBe(true);
    expect(await platform.requestMotionPermission?.()).toBe("granted");
  });
});
