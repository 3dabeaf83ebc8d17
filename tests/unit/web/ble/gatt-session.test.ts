import { describe, expect, test } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import type { DeviceEvent } from "../../../../firmware-bridge/devices/device-link.ts";
import { earlDriver } from "../../../../firmware-bridge/devices/earl-driver.ts";
import { assignedUuids, earlUuids, encodeInfo } from "../../../../firmware-bridge/devices/earl-profile.ts";
import { FrameEncoder } from "../../../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { gattTimeoutMs } from "../../../../web/ble/gatt-queue.ts";
import { GattSession } from "../../../../web/ble/gatt-session.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";

/**
 * What emulated devices cannot show: bytes in the middle of a buffer, other properties, a value that no device should
 * send.
 */
class FakeCharacteristic extends EventTarget {
  value: DataView | undefined;
  properties: { write?: boolean; writeWithoutResponse?: boolean; notify?: boolean } = {};
  readonly writes: { readonly how: "with response" | "without"; readonly bytes: readonly number[] }[] = [];
  isSubscribed = false;

  readValue = async () => this.value;
  startNotifications = async () => {
    this.isSubscribed = true;
    return this;
  };
  writeValueWithResponse = async (bytes: Uint8Array) =>
    void this.writes.push({ how: "with response", bytes: [...bytes] });
  writeValueWithoutResponse = async (bytes: Uint8Array) => void this.writes.push({ how: "without", bytes: [...bytes] });

  /** Chromium may hand a view into a bigger buffer; so does every fake here. */
  setValue(bytes: Uint8Array): void {
    const buffer = new Uint8Array(bytes.length + 5).fill(0xea);
    buffer.set(bytes, 3);
    this.value = new DataView(buffer.buffer, 3, bytes.length);
  }

  notify(bytes: Uint8Array): void {
    this.setValue(bytes);
    this.dispatchEvent(new Event("characteristicvaluechanged"));
  }
}

const setUp = async ({
  commands = { write: true, writeWithoutResponse: true } as FakeCharacteristic["properties"],
} = {}) => {
  const time = new FakeTime();
  const characteristics = new Map<string | number, FakeCharacteristic>();
  for (const uuid of [earlUuids.events, earlUuids.commands, earlUuids.info, assignedUuids.batteryLevel]) {
    characteristics.set(uuid, new FakeCharacteristic());
  }
  const characteristic = (uuid: string | number): FakeCharacteristic => {
    const found = characteristics.get(uuid);
    if (found === undefined) throw new DOMException("No Characteristics matching UUID", "NotFoundError");
    return found;
  };
  const info = { probeClass: probeClasses.armProbe, capabilities: capabilities.motionOut | capabilities.vibrateIn };
  characteristic(earlUuids.info).setValue(encodeInfo(info));
  characteristic(earlUuids.commands).properties = commands;
  characteristic(assignedUuids.batteryLevel).setValue(Uint8Array.of(55));
  characteristic(assignedUuids.batteryLevel).properties = { notify: true };
  const events: DeviceEvent[] = [];
  const discards: string[] = [];
  let stuck = 0;
  const session = new GattSession({
    server: {
      getPrimaryService: async () => ({ getCharacteristic: async (uuid: string | number) => characteristic(uuid) }),
    } as unknown as BluetoothRemoteGATTServer,
    driver: earlDriver,
    listener: { onEvent: (event) => events.push(event), onDiscard: (cause) => discards.push(cause) },
    now: time.now,
    schedule: time.schedule,
    onStuck: () => stuck++,
  });
  return { time, session, characteristic, info, events, discards, stuckCount: () => stuck };
};

const vibrate = { kind: kinds.vibrate, payload: Uint8Array.of(50, 5), expiresAtMs: 1_000 };

describe("GattSession", () => {
  test("should read bytes where they lie in their buffer", async () => {
    const { session, characteristic, info, events, discards } = await setUp();
    expect(await session.open()).toEqual(info);
    for (const frame of new FrameEncoder().encode(kinds.button, Uint8Array.of(1, 1))) {
      characteristic(earlUuids.events).notify(frame);
    }
    await settle();
    expect(events).toEqual([
      { kind: kinds.button, payload: Uint8Array.of(1, 1), receivedAtMs: 0 },
      { kind: kinds.battery, payload: Uint8Array.of(55, 0), receivedAtMs: 0 },
    ]);
    expect(discards).toEqual([]);
  });

  test("should write with response where the device has it, and without where it has only that", async () => {
    for (const [commands, how] of [
      [{ write: true, writeWithoutResponse: true }, "with response"],
      [{ writeWithoutResponse: true }, "without"],
    ] as const) {
      const { session, characteristic } = await setUp({ commands });
      await session.open();
      expect(await session.write(vibrate)).toEqual({ kind: "written", atMs: 0 });
      expect(characteristic(earlUuids.commands).writes.map((write) => write.how)).toEqual([how]);
    }
  });

  test("should use up no sequence for a command that was replaced", async () => {
    const { session, characteristic } = await setUp();
    await session.open();
    await settle();
    const outcomes = await Promise.all(
      [1, 2, 3].map((strength) => session.write({ ...vibrate, payload: Uint8Array.of(strength, 5) })),
    );
    expect(outcomes.map(({ kind }) => kind)).toEqual(["written", "superseded", "written"]);
    const sequences = characteristic(earlUuids.commands).writes.map(({ bytes }) => bytes[2]);
    expect(sequences).toEqual([0, 1]);
  });

  test("should refuse a device whose info is not that of its driver", async () => {
    const { session, characteristic } = await setUp();
    characteristic(earlUuids.info).setValue(Uint8Array.of(9, 9, 9, 9));
    expect(await session.open()).toBe("not-an-earl-device");
  });

  test("should throw away a battery level that cannot be", async () => {
    const { session, characteristic, events, discards } = await setUp();
    await session.open();
    await settle();
    characteristic(assignedUuids.batteryLevel).notify(Uint8Array.of(101));
    characteristic(assignedUuids.batteryLevel).notify(Uint8Array.of());
    expect(discards).toEqual(["malformedBattery", "malformedBattery"]);
    expect(events).toHaveLength(1);
  });

  test("should not subscribe to a battery that does not notify", async () => {
    const { session, characteristic, events } = await setUp();
    characteristic(assignedUuids.batteryLevel).properties = {};
    await session.open();
    await settle();
    expect(events).toHaveLength(1);
    expect(characteristic(assignedUuids.batteryLevel).isSubscribed).toBe(false);
  });

  test("should hear nothing more once it has ended", async () => {
    const { session, characteristic, events } = await setUp();
    await session.open();
    await settle();
    session.end("link-lost");
    characteristic(assignedUuids.batteryLevel).notify(Uint8Array.of(54));
    expect(events).toHaveLength(1);
    expect(await session.write(vibrate)).toEqual({ kind: "failed", failure: "link-lost" });
  });

  test("should say that the device is stuck when a write is never answered", async () => {
    const { time, session, characteristic, stuckCount } = await setUp();
    await session.open();
    await settle();
    characteristic(earlUuids.commands).writeValueWithResponse = () => new Promise(() => undefined);
    const outcome = session.write(vibrate);
    await time.advance(gattTimeoutMs);
    expect(await outcome).toEqual({ kind: "failed", failure: "link-timeout" });
    expect(stuckCount()).toBe(1);
  });
});
