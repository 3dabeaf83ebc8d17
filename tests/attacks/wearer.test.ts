// The wearer's body: whatever a member asks for, no band vibrates longer, stronger or more often than its wearer
// allows, and none goes on by itself. The limits are the receiver's (gateway/probes/downlink.ts) and, behind them, the
// device's own (docs/protocol.md §1.3).
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { DeviceCommand, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeVibration, maxVibrateMs } from "../../firmware-bridge/frames/payloads.ts";
import { SimulatedArmProbe } from "../../firmware-bridge/simulated/simulated-arm-probe.ts";
import {
  buzzRateRange,
  maxVibratingMsPerTenSeconds,
  strengthLimitRange,
  type WearerLimits,
} from "../../gateway/probes/wearer-limits.ts";
import { encodeCommandTarget } from "../../gateway/wire/command-payload.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import { deriveRoom, makeRoomKey } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { PhoneMotor, pulsePeriodMs, shortestPulseMs, vibrationPattern } from "../../web/phone/vibration-pattern.ts";
import { now } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { Dice } from "../support/dice.ts";
import { FakeTime } from "../support/fake-time.ts";
import { HostileMember } from "../support/hostile-member.ts";
import { MeasuredMotor } from "../support/measured-motor.ts";
import { connect, newMember } from "../support/memory-room.ts";
import { RecordingLink } from "../support/recording-link.ts";
import { makeCommand, makeGesture } from "../support/records.ts";
import { sized } from "../support/run-length.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

const patience = { interval: 50 };
const attackMs = sized({ short: 1_000, long: 60_000 });
/** The rate of a member who does not want to be disconnected for a flood. */
const recordsAtOnce = 10;
const paceMs = 50;

/** As hard and as long as the protocol can say. */
const hardest = Uint8Array.of(100, ...Array(14).fill(255));

class TimedLink extends RecordingLink {
  readonly begun: { readonly atMs: number; readonly strengthPercent: number; readonly vibratingMs: number }[] = [];

  override async write(command: DeviceCommand): Promise<WriteOutcome> {
    const { strengthPercent = 0, durationsMs = [] } = decodeVibration(command.payload) ?? {};
    const vibratingMs = durationsMs.filter((_, i) => i % 2 === 0).reduce((total, durationMs) => total + durationMs, 0);
    if (command.kind === kinds.vibrate) this.begun.push({ atMs: now(), strengthPercent, vibratingMs });
    return super.write(command);
  }
}

describe("a member who wants to hurt", () => {
  let server: ServerProcess;
  let victim: RoomSession;
  let attacker: HostileMember;
  let link: TimedLink;
  let sequence: number;

  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(async () => {
    await server?.stop();
    endWebRtc();
  });
  beforeEach(() => {
    link = new TimedLink();
    sequence = 0;
  });
  afterEach(async () => {
    attacker?.close();
    await victim?.close();
  });

  const meet = async (limits: WearerLimits): Promise<void> => {
    const room = await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes));
    victim = await startNativePhone({ origin: server.origin, room, name: "Vera", limits });
    await victim.gateway.addProbe(link, "Vera's band")?.open();
    attacker = await HostileMember.join({ origin: server.origin, room });
    await expect.poll(() => victim.gateway.peers[0]?.clockBoundMs, patience).toBeDefined();
    const probes = [{ index: 1, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" }];
    attacker.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes });
  };

  const next = () => ({ sequence: sequence++, timeUs: attacker.nowUs });
  const ask = (): void => {
    const records: GatewayRecord[] = [];
    for (const target of [0, 1]) {
      records.push(makeCommand({ ...next(), payload: encodeCommandTarget(target, hardest), lifetimeMs: 60_000 }));
      records.push(
        makeCommand({ ...next(), kind: kinds.rate, payload: encodeCommandTarget(target, Uint8Array.of(100)) }),
      );
      records.push(
        makeCommand({ ...next(), kind: kinds.led, payload: encodeCommandTarget(target, new Uint8Array(5)) }),
      );
    }
    while (records.length < recordsAtOnce) records.push(makeGesture({ ...next(), probe: 1 }));
    attacker.send({ type: "aggregate", rosterVersion: 1, records });
  };

  const insist = async (): Promise<void> => {
    const endsAtMs = now() + attackMs;
    while (now() < endsAtMs) {
      ask();
      await new Promise((resolve) => setTimeout(resolve, paceMs)); // A pace that keeps within what a member may send.
    }
    await expect.poll(() => victim.gateway.traffic().received, patience).toBe(sequence);
  };

  /** How long the band was told to vibrate, in the ten seconds that had most of it. */
  const worst = () => {
    const spans = link.begun.map(({ atMs }) => link.begun.filter((b) => b.atMs >= atMs && b.atMs < atMs + 10_000));
    return {
      strength: Math.max(0, ...link.begun.map(({ strengthPercent }) => strengthPercent)),
      count: Math.max(0, ...spans.map(({ length }) => length)),
      vibratingMs: Math.max(0, ...spans.map((span) => span.reduce((total, { vibratingMs }) => total + vibratingMs, 0))),
    };
  };

  for (const limits of [
    { isMuted: false, strengthLimit: 30, buzzesPerTenSeconds: 3 },
    { isMuted: false, strengthLimit: strengthLimitRange.least, buzzesPerTenSeconds: buzzRateRange.least },
    { isMuted: false, strengthLimit: strengthLimitRange.most, buzzesPerTenSeconds: buzzRateRange.most },
  ]) {
    const { strengthLimit, buzzesPerTenSeconds } = limits;
    it(`gets no more than ${strengthLimit} % and ${buzzesPerTenSeconds} in ten seconds`, async ({ task }) => {
      await meet(limits);
      await insist();
      const { strength, count, vibratingMs } = worst();
      expect(count).toBeGreaterThan(0);
      expect(count).toBeLessThanOrEqual(buzzesPerTenSeconds);
      expect(strength).toBeLessThanOrEqual(strengthLimit);
      expect(vibratingMs).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
      // LED and rate are not a peer's.
      expect(new Set(link.written.map(({ kind }) => kind))).toEqual(new Set([kinds.vibrate]));
      tell(task, { tried: `${sequence} records`, "got in": `${count} × ${strength} %, ${vibratingMs} ms in 10 s` });
    });
  }

  it("moves no band of a wearer who allows nothing, nor of one who has muted them", async ({ task }) => {
    await meet({ isMuted: true, strengthLimit: 100, buzzesPerTenSeconds: 20 });
    await insist();
    const mutedBoth = victim.gateway.peers[0]?.gatewayId ?? "";
    victim.gateway.mutePeer(mutedBoth, true);
    victim.gateway.setLimits({ isMuted: false, strengthLimit: 100, buzzesPerTenSeconds: 20 });
    await insist();
    expect(link.written).toEqual([]);
    tell(task, { tried: `${sequence} records`, "got in": 0 });
  });
});

describe("a member who insists for a minute, against a band with a slow link", () => {
  const spanMs = 10_000;
  /**
   * As long as can be, in pieces, and late within its three seconds: on that a count by beginnings would be filled
   * twice.
   */
  const payloads = [hardest, Uint8Array.of(100, 0, 150, 150), Uint8Array.of(100, 20), Uint8Array.of(100, 255, 0, 45)];

  for (const buzzesPerTenSeconds of [buzzRateRange.least, 3, buzzRateRange.most]) {
    it(`gets no more than ${buzzesPerTenSeconds} and 6 s into any ten seconds`, async ({ task }) => {
      const time = new FakeTime();
      const dice = new Dice(buzzesPerTenSeconds);
      const limits = { isMuted: false, strengthLimit: 100, buzzesPerTenSeconds };
      const wearer = await newMember(time, "Vera", { limits });
      const attacker = await newMember(time, "Mallory");
      const channel = (await connect(time, attacker, wearer)).dialer;
      const motor = new MeasuredMotor(time, () => ({
        delayMs: dice.between(0, 990),
        beginsAfterShare: dice.pick([0, 0.5, 1]),
      }));
      const probe = wearer.gateway.addProbe(motor, "Vera's other band");
      await probe?.open();
      const target = probe?.index ?? 0;
      let sequence = 0;
      for (const endsAtMs = time.now() + 60_000; time.now() < endsAtMs; await time.advance(dice.between(10, 200))) {
        const payload = encodeCommandTarget(target, dice.pick(payloads));
        const records = [makeCommand({ sequence: sequence++, timeUs: Math.round(time.now() * 1000), payload })];
        channel.send(encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]));
      }
      await time.advance(spanMs);
      expect(motor.begunMs.length).toBeGreaterThan(0);
      expect(motor.mostBegunWithin(spanMs)).toBeLessThanOrEqual(buzzesPerTenSeconds);
      expect(motor.mostOnWithin(spanMs)).toBeLessThanOrEqual(maxVibratingMsPerTenSeconds);
      tell(task, {
        tried: `${sequence} commands`,
        "got in": `${motor.mostBegunWithin(spanMs)} and ${Math.round(motor.mostOnWithin(spanMs))} ms in 10 s`,
      });
    });
  }
});

describe("a device that gets too long a command", () => {
  const probeInTime = () => {
    const time = new FakeTime();
    const motor: { readonly atMs: number; readonly isOn: boolean }[] = [];
    const probe = new SimulatedArmProbe({
      now: time.now,
      schedule: time.schedule,
      random: () => 0.5,
      onVibration: (isOn) => motor.push({ atMs: time.now(), isOn }),
    });
    probe.connect({ onNotify: () => undefined, onDisconnect: () => undefined });
    return { time, motor, probe };
  };
  const isOn = (motor: readonly { readonly isOn: boolean }[]): boolean => motor.at(-1)?.isOn ?? false;

  it("stops by itself after three seconds, whatever the command says", async ({ task }) => {
    const { time, motor, probe } = probeInTime();
    for (const chunk of new FrameEncoder().encode(kinds.vibrate, hardest)) probe.writeCommand(chunk);
    await time.advance(60_000);
    expect(isOn(motor)).toBe(false);
    expect((motor.at(-1)?.atMs ?? 0) - (motor[0]?.atMs ?? 0)).toBeLessThanOrEqual(maxVibrateMs);
    tell(task, { tried: "14 × 2.55 s", "got in": `${motor.at(-1)?.atMs} ms` });
  });

  it("stops when its link is lost, and is not started again by half a command", async ({ task }) => {
    const { time, motor, probe } = probeInTime();
    const chunks = new FrameEncoder().encode(kinds.vibrate, hardest);
    for (const chunk of chunks) probe.writeCommand(chunk);
    await time.advance(100);
    expect(isOn(motor)).toBe(true);
    probe.disconnect();
    expect(isOn(motor)).toBe(false);
    probe.connect({ onNotify: () => undefined, onDisconnect: () => undefined });
    for (const chunk of chunks) probe.writeCommand(chunk.subarray(0, -1));
    await time.advance(1_000);
    expect(isOn(motor)).toBe(false);
    tell(task, { tried: "link lost in mid-buzz", "got in": "off at once" });
  });

  /** What a peer can say with 14 parts: even, in pieces without a pause, in pieces with hardly one. */
  const partsOf = (on: number, off: number): number[] => Array.from({ length: 14 }, (_, i) => (i % 2 === 0 ? on : off));
  const hostileParts = [0, 1, 2, 7, 8, 30, 255].flatMap((on) => [0, 1, on].map((off) => partsOf(on, off)));
  const onMs = (pattern: readonly number[]): number => sum(pattern.filter((_, i) => i % 2 === 0));
  const sum = (durationsMs: readonly number[]): number => durationsMs.reduce((total, ms) => total + ms, 0);

  it("which is a phone: every pattern that it is given ends within three seconds, and keeps its strength", ({
    task,
  }) => {
    let patterns = 0;
    for (let strength = 1; strength <= 100; strength++) {
      for (const parts of hostileParts) {
        const vibration = decodeVibration(Uint8Array.of(strength, ...parts));
        if (vibration === undefined) throw new Error("a valid vibration");
        const pattern = vibrationPattern(vibration);
        patterns++;
        expect(pattern.length).toBeLessThanOrEqual(99);
        expect(sum(pattern)).toBeLessThanOrEqual(maxVibrateMs);
        const shareMs = (onMs(vibration.durationsMs) * strength) / 100;
        expect(onMs(pattern), `${parts} at ${strength} %`).toBeLessThanOrEqual(Math.max(shareMs, shortestPulseMs));
      }
    }
    tell(task, { tried: `${patterns} patterns`, "got in": `at most ${maxVibrateMs} ms, none over its strength` });
  });

  it("which is a phone: commands in a row, each beginning with a pulse, add up to no more strength", ({ task }) => {
    let worstPercent = 0;
    for (const strengthPercent of [strengthLimitRange.least, 30, 80]) {
      for (let everyMs = 5; everyMs <= 100; everyMs += 5) {
        const motor = new PhoneMotor();
        let vibratedMs = 0;
        for (let i = 0; i < buzzRateRange.most; i++) {
          const pattern = motor.patternOf({ strengthPercent, durationsMs: [maxVibrateMs] }, i * everyMs);
          // The next command ends it.
          let atMs = 0;
          for (const [nth, durationMs] of pattern.entries()) {
            if (nth % 2 === 0) vibratedMs += Math.max(0, Math.min(durationMs, everyMs - atMs));
            atMs += durationMs;
          }
        }
        const shareMs = (buzzRateRange.most * everyMs * strengthPercent) / 100;
        const pulseMs = Math.max(shortestPulseMs, (pulsePeriodMs * strengthPercent) / 100);
        expect(vibratedMs).toBeLessThanOrEqual(shareMs + pulseMs);
        worstPercent = Math.max(worstPercent, Math.round((100 * (vibratedMs - pulseMs)) / shareMs));
      }
    }
    tell(task, {
      tried: `${buzzRateRange.most} in a row`,
      "got in": `${worstPercent} % of what is allowed, and a pulse`,
    });
  });
});
