import { beforeEach, describe, expect, it } from "vitest";
import { probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import type { DeviceEvent, LinkState } from "../../../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  ackStatus,
  decodeAck,
  decodeBattery,
  decodeMotion,
  encodeVibration,
} from "../../../../firmware-bridge/frames/payloads.ts";
import { SimulatedArmProbe } from "../../../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { SimulatedLink } from "../../../../firmware-bridge/simulated/simulated-link.ts";
import { deviceLinkContract } from "../../../contracts/device-link-contract.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { ScriptedPeripheral } from "../../../support/scripted-peripheral.ts";

describe("SimulatedLink, contract", () => {
  for (const { name, run } of deviceLinkContract) {
    it(name, async () => {
      const time = new FakeTime(5_000);
      const peripheral = new ScriptedPeripheral();
      const { now, schedule } = time;
      await run({
        link: new SimulatedLink({ deviceId: "simulated-1", name: "Simulated", peripheral, now, schedule }),
        now,
        wait: (ms) => time.advance(ms),
        notify: async (kind, payload) => peripheral.notify(kind, payload),
        notifyBytes: async (chunk) => peripheral.notifyBytes(chunk),
        received: async () => peripheral.received,
        drop: async () => peripheral.drop(),
        comeBack: async () => peripheral.comeBack(),
        setSilent: async (isSilent) => {
          peripheral.isSilent = isSilent;
        },
      });
    });
  }
});

describe("SimulatedLink", () => {
  let time: FakeTime;
  let states: LinkState[];
  let events: DeviceEvent[];
  let discards: string[];
  const listener = {
    onState: (state: LinkState) => void states.push(state),
    onEvent: (event: DeviceEvent) => void events.push(event),
    onDiscard: (cause: string) => void discards.push(cause),
  };

  beforeEach(() => {
    time = new FakeTime();
    states = [];
    events = [];
    discards = [];
  });

  const linkTo = (peripheral: ScriptedPeripheral | SimulatedArmProbe): SimulatedLink =>
    new SimulatedLink({ deviceId: "1", name: "One", peripheral, now: time.now, schedule: time.schedule });

  it("should refuse a device that is not an Earl device, and let it go", async () => {
    const peripheral = new ScriptedPeripheral();
    peripheral.info = Uint8Array.of(9, 9);
    const state = await linkTo(peripheral).open(listener);
    expect(state).toEqual({ kind: "closed", failure: "not-an-earl-device" });
    expect(peripheral.isConnected).toBe(false);
    expect(time.pendingTasks).toBe(0);
  });

  it("should wait longer from attempt to attempt, and at most ten seconds", async () => {
    const peripheral = new ScriptedPeripheral();
    await linkTo(peripheral).open(listener);
    peripheral.drop();
    states.length = 0;
    await time.advance(60_000);
    const attempts = states.map((state) => state.kind === "reconnecting" && state.attempt);
    // After 0.5, 1.5, 3.5, 7.5 and 15.5 s, then every ten seconds.
    expect(attempts).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(time.pendingTasks).toBe(1);
  });

  it("should leave no timer behind when it is closed", async () => {
    const probe = new SimulatedArmProbe({ ...time, random: () => 0.5, onVibration: () => undefined });
    const link = linkTo(probe);
    await link.open(listener);
    const pending = link.write({
      kind: kinds.vibrate,
      payload: encodeVibration({ strengthPercent: 50, durationsMs: [1000] }),
      expiresAtMs: 1000,
    });
    await link.close();
    expect(await pending).toEqual({ kind: "failed", failure: "link-lost" });
    expect(time.pendingTasks).toBe(0);
  });

  it("should carry a simulated arm-probe's movement, battery and acks, none lost", async () => {
    const probe = new SimulatedArmProbe({ ...time, random: () => 0.5, onVibration: () => undefined });
    const link = linkTo(probe);
    await link.open(listener);
    expect(link.info.probeClass).toBe(probeClasses.simulatedArmProbe);
    await time.advance(1_000);
    const outcome = link.write({
      kind: kinds.vibrate,
      payload: encodeVibration({ strengthPercent: 50, durationsMs: [100] }),
      expiresAtMs: 2_000,
    });
    await time.advance(100);
    expect((await outcome).kind).toBe("written");
    const payloadsOf = (kind: number) => events.filter((event) => event.kind === kind).map(({ payload }) => payload);
    expect(payloadsOf(kinds.battery).map(decodeBattery)).toEqual([{ percent: 100, isCharging: false }]);
    expect(payloadsOf(kinds.motion).map(decodeMotion)).toHaveLength(22);
    expect(payloadsOf(kinds.ack).map(decodeAck)).toEqual([{ sequence: 0, status: ackStatus.done }]);
    expect(discards).toEqual([]);
    await link.close();
  });
});
