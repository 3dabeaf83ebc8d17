// What happens between a band and its phone: the link breaks in the middle of a message or of a write, the band
// restarts, or walks in and out of reach. The page's own GattLink on a device in memory, in a room of two: Anna waves,
// Ben wears the band.
import { beforeEach, describe, expect, it, type TestContext } from "vitest";
import { earlDriver } from "../../firmware-bridge/devices/earl-driver.ts";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import { type GestureName, gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import { defaultRules, patternDurationsMs, patternFor } from "../../gateway/probes/rules.ts";
import { effectLifetimeMs } from "../../gateway/wire/record.ts";
import { GattLink } from "../../web/ble/gatt-link.ts";
import { ownDeviceHold } from "../../web/platform/device-hold.ts";
import { tell } from "../support/case-table.ts";
import { FaultyRoom } from "../support/faulty-room.ts";
import { MemoryGattDevice, operationMs } from "../support/memory-gatt.ts";
import type { MemoryPage } from "../support/memory-phone.ts";
import { ScriptedPeripheral } from "../support/scripted-peripheral.ts";

/** What a phone and a band need to find each other again: the first retry, and the services again. */
const backMs = 2_000;

interface Felt {
  readonly atMs: number;
  readonly durationsMs: readonly number[];
}

/** Notes when each vibration has reached it, whole. */
class TimedPeripheral extends ScriptedPeripheral {
  readonly felt: Felt[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    super();
    this.#now = now;
  }

  override writeCommand(chunk: Uint8Array): boolean {
    const before = this.received.length;
    const isTaken = super.writeCommand(chunk);
    for (const { payload } of this.received.slice(before)) {
      this.felt.push({ atMs: this.#now(), durationsMs: decodeVibration(payload)?.durationsMs ?? [] });
    }
    return isTaken;
  }
}

describe("a band in memory", () => {
  let room: FaultyRoom;
  let anna: MemoryPage;
  let ben: MemoryPage;
  let band: TimedPeripheral;
  let device: MemoryGattDevice;
  let probe: OwnProbe;
  /**
   * By the sequence of the gesture: what it is, and when it was made. Each is another than the one before, and so is
   * what the band feels of it.
   */
  let waves: Map<number, { readonly gesture: GestureName; readonly atMs: number }>;
  /** What the page said it had written for which of them, and how much the band had felt by then. */
  let answers: { readonly sequence: number; readonly felt: number }[];
  /** What of the band's buttons and the like has come to Anna. */
  let heard: { readonly sequence: number; readonly payload: readonly number[] }[];

  beforeEach(async () => {
    heard = [];
    waves = new Map();
    answers = [];
    room = await FaultyRoom.whole({
      seed: 41,
      phones: 2,
      onEvent: (page, event) => {
        if (page === anna) note(event);
        else if (page === ben) noteAnswer(event);
      },
    });
    [anna, ben] = [room.phone(0).page, room.phone(1).page];
    await ben.gateway.removeProbe(ben.probe.index);
    band = new TimedPeripheral(room.time.now);
    device = new MemoryGattDevice("Ben's band", band, room.time.schedule);
    const link = new GattLink({
      device: device.asDevice(),
      driver: earlDriver,
      hold: ownDeviceHold,
      now: ben.now,
      schedule: ben.schedule,
      random: () => room.dice.between(0, 1),
    });
    const added = ben.gateway.addProbe(link, "band");
    if (added === undefined) throw new Error("no room for a band");
    probe = added;
    void probe.open();
    await room.pass(backMs);
    expect(probe.isConnected).toBe(true);
    anna.gateway.watch(anna.peer(ben)?.gatewayId ?? "", probe.index, 0);
    await room.pass(1_000);
  });

  const note = (event: GatewayEvent): void => {
    if (event.kind !== "peer-record" || event.record.kind === kinds.battery) return;
    heard.push({ sequence: event.record.sequence, payload: [...event.record.payload] });
  };

  const noteAnswer = (event: GatewayEvent): void => {
    if (event.kind !== "response" || (event.response !== "written" && event.response !== "failed")) return;
    answers.push({ sequence: event.cause.sequence, felt: band.felt.length });
  };

  const wave = (): void => {
    const gesture = gestureNames[waves.size % gestureNames.length] ?? "wave";
    const atMs = room.time.now();
    waves.set(room.wave(anna, gesture), { gesture, atMs });
  };

  /**
   * The gesture that the page named for each vibration: of one write after the other, the first whose answer came after
   * the band had felt it. A write that failed may have been felt.
   */
  const causes = () =>
    band.felt.map((felt, nth) => {
      const answer = answers.find((one) => one.felt > nth);
      return { felt, sequence: answer?.sequence, wave: waves.get(answer?.sequence ?? -1) };
    });

  /** What must be true of every vibration: one wave at most has caused it, and it was in time. */
  const expectFeltAsMeant = ({ task }: Pick<TestContext, "task">): void => {
    const [peer] = anna.gateway.peers;
    const account = ben.gateway.peers[0]?.ledger.snapshot();
    const { written = 0, failed = 0, expired = 0, superseded = 0 } = Object.fromEntries(probe.downlink.counts);
    const noBand = (account?.delivered ?? 0) - written - failed - expired - superseded;
    const clockBoundMs = ben.gateway.peers[0]?.clockBoundMs ?? 0;
    const oldestMs = effectLifetimeMs + clockBoundMs + operationMs;
    const late = causes().filter(({ felt, wave: caused }) => felt.atMs - (caused?.atMs ?? 0) > oldestMs).length;
    tell(task, {
      sent: peer?.ledger.snapshot().sent ?? 0,
      delivered: account?.delivered ?? 0,
      lost: peer?.ledger.snapshot().lost ?? 0,
      waves: waves.size,
      felt: band.felt.length,
      written,
      failed,
      expired,
      superseded,
      "no band": noBand,
      twice: room.effects.twice,
      "applied late": late,
    });
    for (const { felt, wave: caused } of causes()) {
      const pattern = patternFor(defaultRules, caused?.gesture ?? "wave", anna.gateway.id);
      expect(felt.durationsMs, "what was felt is what the named gesture means").toEqual(patternDurationsMs[pattern]);
    }
    const sequences = causes().map(({ sequence }) => sequence);
    expect(new Set(sequences).size, "each of another gesture").toBe(sequences.length);
    expect(late, "applied late").toBe(0);
    expect(room.effects.latestMs, "age of a felt gesture beyond its deadline").toBeLessThanOrEqual(
      room.graceMs + operationMs,
    );
    expect(room.effects.twice).toBe(0);
    expect(noBand).toBeGreaterThanOrEqual(0);
  };

  it("is lost in the middle of a message to the phone, and starts again", async (context) => {
    const encoder = new FrameEncoder();
    const [first, second, third] = encoder.encode(
      kinds.opaque,
      Uint8Array.from({ length: 40 }, (_, i) => i),
    );
    for (const frame of [first, second]) band.notifyBytes(frame ?? new Uint8Array());
    band.drop();
    band.comeBack();
    await room.pass(backMs);
    expect(probe.isConnected).toBe(true);
    band.notifyBytes(third ?? new Uint8Array()); // As a band that did not notice.
    band.notify(kinds.opaque, Uint8Array.of(7));
    await room.pass(1_000);
    expect(heard.map(({ payload }) => payload)).toEqual([[7]]);
    expect(probe.discarded.get("brokenMessages")).toBe(1);
    expectFeltAsMeant(context);
  });

  it("restarts ten times, and counts from 0 again each time", async (context) => {
    for (let restart = 0; restart < 10; restart++) {
      for (let value = 0; value < 3; value++) {
        band.notify(kinds.opaque, Uint8Array.of(restart, value));
        await room.pass(250);
      }
      band.drop();
      band.comeBack();
      await room.pass(backMs);
      wave();
      await room.pass(1_000);
    }
    expect(heard.map(({ payload }) => payload)).toEqual(
      Array.from({ length: 30 }, (_, i) => [Math.floor(i / 3), i % 3]),
    );
    expect(heard.map(({ sequence }) => sequence)).toEqual([...heard.keys()]);
    expect(band.felt).toHaveLength(10);
    expectFeltAsMeant(context);
  });

  it("is lost in the middle of a write, which is not repeated when it is back", async (context) => {
    device.isHanging = true;
    wave();
    await room.pass(250); // The write is under way, and two more want to follow.
    wave();
    wave();
    await room.pass(100);
    band.drop();
    band.comeBack();
    device.isHanging = false;
    await room.pass(backMs);
    expect(probe.isConnected).toBe(true);
    expect(band.felt).toEqual([]);
    expect(probe.downlink.counts.get("failed")).toBe(2);
    expect(probe.downlink.counts.get("superseded")).toBe(1);
    wave();
    await room.pass(250);
    expect(band.felt).toHaveLength(1);
    expectFeltAsMeant(context);
  });

  it("stops answering in the middle of a write, and its link is made again", async (context) => {
    device.isHanging = true;
    for (let i = 0; i < 5; i++) {
      wave();
      await room.pass(250);
    }
    device.isHanging = false;
    await room.pass(10_000);
    expect(probe.isConnected).toBe(true);
    expect(band.felt).toEqual([]);
    wave();
    await room.pass(250);
    expect(band.felt).toHaveLength(1);
    expectFeltAsMeant(context);
  });

  it("is out of reach for a minute while its wearer is waved at", async (context) => {
    band.drop();
    for (let i = 0; i < 60; i++) {
      wave();
      await room.pass(1_000);
    }
    band.comeBack();
    await room.pass(35_000); // The longest between two tries.
    expect(probe.isConnected).toBe(true);
    expect(band.felt).toEqual([]);
    wave();
    await room.pass(250);
    expect(band.felt).toHaveLength(1);
    expectFeltAsMeant(context);
  });

  it("comes and goes fifty times, at any moment of a write", async (context) => {
    for (let i = 0; i < 50; i++) {
      for (let wavesLeft = 3; wavesLeft > 0; wavesLeft--) {
        wave();
        await room.time.advance(room.dice.between(0, 60));
      }
      band.drop();
      await room.time.advance(room.dice.between(0, 1_500));
      band.comeBack();
      await room.time.advance(room.dice.between(0, 3_000));
    }
    await room.pass(35_000);
    expect(probe.isConnected).toBe(true);
    expect(band.felt.length).toBeGreaterThan(5);
    expectFeltAsMeant(context);
  });
});
