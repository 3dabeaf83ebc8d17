import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../firmware-bridge/frames/kinds.ts";
import {
  decodeBattery,
  decodeVibration,
  encodeBattery,
  encodeMotion,
} from "../../../firmware-bridge/frames/payloads.ts";
import { maxNewsBurst } from "../../../gateway/admission/allowance.ts";
import { maxExcessBurst, maxRecordBurst } from "../../../gateway/admission/record-allowance.ts";
import { defaultRules, patternDurationsMs } from "../../../gateway/probes/rules.ts";
import { defaultWearerLimits } from "../../../gateway/probes/wearer-limits.ts";
import { Ledger, sumOf } from "../../../gateway/records/ledger.ts";
import { encodeMessage } from "../../../gateway/wire/encode-message.ts";
import { frameCodes, maxFrames, maxRecords } from "../../../gateway/wire/frame-types.ts";
import { effectLifetimeMs } from "../../../gateway/wire/record.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { connect, type Member, newIdentity, newMember } from "../../support/memory-room.ts";
import { makeRecord } from "../../support/records.ts";

const buzzes = ({ link }: Member): number => link.written.filter(({ kind }) => kind === kinds.vibrate).length;

describe("Gateway", () => {
  let time: FakeTime;
  let anna: Member;
  let ben: Member;

  beforeEach(async () => {
    time = new FakeTime(50_000);
    anna = await newMember(time, "Anna");
    ben = await newMember(time, "Ben", { clockOffsetMs: 3_600_000 });
  });

  it("should turn a wave here into the pattern that the receiver's rule names there, and into nothing at home", async () => {
    await connect(time, anna, ben);
    anna.gesture("wave");
    await time.advance(50);
    expect(ben.link.written.map(({ payload }) => decodeVibration(payload))).toEqual([
      { strengthPercent: defaultWearerLimits.strengthLimit, durationsMs: patternDurationsMs.double },
    ]);
    expect(buzzes(anna)).toBe(0);
  });

  it("should know the other's name and probes from its roster, and follow their changes", async () => {
    await connect(time, anna, ben);
    const peer = anna.peerOf(ben);
    expect(peer.name).toBe("Ben");
    expect(peer.probes).toMatchObject([{ name: "Ben's arm", isConnected: true }]);
    ben.gateway.setName("Benjamin");
    ben.gateway.renameProbe(ben.probe.index, "left arm");
    await time.advance(50);
    expect(peer.name).toBe("Benjamin");
    expect(peer.probes).toMatchObject([{ name: "left arm" }]);
    await ben.gateway.removeProbe(ben.probe.index);
    await time.advance(50);
    expect(peer.probes).toEqual([]);
  });

  it("should show nobody and no band under a name that cannot be seen, or that is another's", async () => {
    const pair = await connect(time, ben, anna);
    const roster = { type: "roster", version: 99, isHidden: false } as const;
    const band = { probeClass: 1, capabilities: 0, isConnected: true };
    const names = ["\u2800", "Left", "Le\u200bft"];
    const probes = names.map((name, nth) => ({ ...band, index: nth + 1, name }));
    pair.dialer.send(encodeMessage([{ ...roster, name: "An\u200bna", probes }]));
    await time.advance(50);
    expect(anna.peerOf(ben).name).toBe("Anna #2");
    expect(anna.peerOf(ben).probes.map(({ name }) => name)).toEqual(["Band", "Left", "Left 2"]);
    pair.dialer.send(encodeMessage([{ ...roster, version: 100, name: "\u3164\u{e0041}", probes: [] }]));
    await time.advance(50);
    expect(anna.peerOf(ben).name).toBe("");
  });

  it("should send a newcomer the last battery levels of its bands, and nobody else again", async () => {
    const toldTo = (member: Member): readonly unknown[] =>
      member.events.flatMap((event) =>
        event.kind === "peer-record" && event.record.kind === kinds.battery
          ? [decodeBattery(event.record.payload)]
          : [],
      );
    const level = { percent: 73, isCharging: false };
    await connect(time, anna, ben);
    ben.link.emit({ kind: kinds.battery, payload: encodeBattery(level), receivedAtMs: ben.now() });
    await time.advance(60_000);
    expect(toldTo(anna)).toEqual([level]);
    const cleo = await newMember(time, "Cleo");
    await connect(time, cleo, ben);
    expect(toldTo(cleo)).toEqual([level]);
    expect(toldTo(anna)).toEqual([level]);
    expect(toldTo(ben)).toEqual([]); // Neither of the two has reported anything yet.
    const [toCleo] = ben.gateway.peers.filter(({ name }) => name === "Cleo");
    expect(toCleo?.ledger.snapshot()).toMatchObject({ addressed: 1, sent: 1, queued: 0 });
  });

  it("should let mute, a muted peer, and a missing rule keep the band still, and say why", async () => {
    await connect(time, anna, ben);
    const responses = (): string[] =>
      ben.events.flatMap((event) => (event.kind === "response" ? [event.response] : []));
    ben.gateway.setLimits({ ...defaultWearerLimits, isMuted: true });
    anna.gesture("wave");
    await time.advance(50);
    ben.gateway.setLimits(defaultWearerLimits);
    ben.gateway.mutePeer(ben.peerOf(anna).gatewayId, true);
    anna.gesture("wave");
    await time.advance(50);
    ben.gateway.mutePeer(ben.peerOf(anna).gatewayId, false);
    ben.gateway.setRules(defaultRules.filter(({ gesture }) => gesture !== "wave"));
    anna.gesture("wave");
    await time.advance(50);
    expect(responses()).toEqual(["muted", "peer-muted", "no-rule"]);
    expect(buzzes(ben)).toBe(0);
  });

  it("should let samples wait as long as the window says, and gestures not at all", async () => {
    await connect(time, anna, ben);
    ben.gateway.watch(ben.peerOf(anna).gatewayId, anna.probe.index, 0);
    await time.advance(500);
    anna.gateway.setWindowMs(1000);
    const sample = { kind: kinds.motion, payload: encodeMotion({ clockMs: 0, x: 0, y: 0, z: 0 }), receivedAtMs: 0 };
    const samples = (): number => ben.events.filter(({ kind }) => kind === "peer-record").length;
    anna.link.emit({ ...sample, receivedAtMs: time.now() });
    await time.advance(900);
    expect(samples()).toBe(0);
    await time.advance(200);
    expect(samples()).toBe(1);
    anna.link.emit({ ...sample, receivedAtMs: time.now() });
    anna.gesture("wave");
    await time.advance(50);
    expect(buzzes(ben)).toBe(1);
    expect(samples()).toBe(2); // What waited went along.
    for (const windowMs of [-1, 1001, Number.NaN]) expect(() => anna.gateway.setWindowMs(windowMs)).toThrow(RangeError);
    expect(anna.gateway.windowMs).toBe(1000);
  });

  it("should buzz one peer or all, but no peer that muted the sender", async () => {
    const cleo = await newMember(time, "Cleo");
    await connect(time, anna, ben);
    await connect(time, anna, cleo);
    anna.gateway.buzz(anna.peerOf(ben).gatewayId, "long");
    await time.advance(50);
    expect([buzzes(ben), buzzes(cleo)]).toEqual([1, 0]);
    cleo.gateway.mutePeer(cleo.peerOf(anna).gatewayId, true);
    anna.gateway.buzz("all", "long");
    await time.advance(50);
    expect([buzzes(ben), buzzes(cleo)]).toEqual([2, 0]);
  });

  it("should send samples only while somebody watches", async () => {
    await connect(time, anna, ben);
    const move = async (): Promise<void> => {
      const payload = encodeMotion({ clockMs: Math.floor(time.now()) % 65_536, x: 0, y: 0, z: 1000 });
      anna.link.emit({ kind: kinds.motion, payload, receivedAtMs: anna.now() });
      await time.advance(500);
    };
    const samples = (): number =>
      ben.events.filter((event) => event.kind === "peer-record" && event.record.kind === kinds.motion).length;
    await move();
    expect(samples()).toBe(0);
    const { gatewayId } = ben.peerOf(anna);
    ben.gateway.watch(gatewayId, anna.probe.index, 100);
    await time.advance(50);
    await move();
    await move();
    expect(samples()).toBe(2);
    ben.gateway.watch(gatewayId, anna.probe.index, undefined);
    await time.advance(50);
    await move();
    expect(samples()).toBe(2);
  });

  it("should show one-way delay within its bound, whatever the clocks say", async () => {
    await connect(time, anna, ben, () => 30);
    await time.advance(12_000);
    const delay = anna.peerOf(ben).delay;
    expect(delay).toBeDefined();
    expect(Math.abs((delay?.oneWayMs ?? 0) - 30)).toBeLessThanOrEqual(delay?.boundMs ?? 0);
  });

  it("should drop a gesture that arrives after its deadline, although the clocks differ by an hour", async () => {
    let isSlow = false;
    await connect(time, anna, ben, () => (isSlow ? effectLifetimeMs + 200 : 5));
    isSlow = true;
    anna.gesture("wave");
    await time.advance(3_000);
    expect(buzzes(ben)).toBe(0);
    expect(ben.peerOf(anna).ledger.snapshot().late).toBe(1);
  });

  it("should apply nothing that waited while the page slept, but what is fresh once the clocks are compared", async () => {
    let isAsleep = false;
    let sleptMs = 0;
    const offsetMs = 9_000;
    // A phone whose monotonic clock stands still in sleep, as on Android.
    ben = await newMember(time, "Ben", { now: () => time.now() + offsetMs - sleptMs, wallNow: () => time.now() });
    const { callee } = await connect(time, anna, ben, (nth) => (isAsleep && nth >= 0 ? 7_000 : 5));
    isAsleep = true;
    anna.gesture("wave"); // Arrives when the page wakes, seven seconds late.
    await time.advance(6_999);
    sleptMs = 6_990; // By its own clock the page has hardly been away.
    isAsleep = false;
    await time.advance(200);
    expect(buzzes(ben)).toBe(0);
    expect(ben.events.some(({ kind }) => kind === "woke")).toBe(true);
    expect(ben.peerOf(anna).ledger.snapshot().late).toBe(1);
    expect(callee.closeReason).toBeUndefined();
    anna.gesture("wave");
    await time.advance(200);
    expect(buzzes(ben)).toBe(1);
  });

  it("should keep one channel of two between the same pair, and lose no record in the open", async () => {
    await connect(time, anna, ben);
    await connect(time, ben, anna);
    expect(anna.gateway.peers).toHaveLength(1);
    expect(ben.gateway.peers).toHaveLength(1);
    anna.gesture("wave");
    ben.gesture("tap");
    await time.advance(50);
    expect([buzzes(anna), buzzes(ben)]).toEqual([1, 1]);
  });

  it("should end the old channel of a gateway that comes back with a newer epoch, and refuse the old epoch afterwards", async () => {
    const identity = await newIdentity();
    const before = await newMember(time, "Ben", { identity, epoch: 3 });
    const after = await newMember(time, "Ben again", { identity, epoch: 4 });
    const old = await connect(time, before, anna);
    const reloaded = await connect(time, after, anna);
    expect(old.callee.closeReason).toBeDefined();
    expect(reloaded.callee.closeReason).toBeUndefined();
    expect(anna.gateway.peers.map(({ name }) => name)).toEqual(["Ben again"]);
    const ghost = await connect(time, before, anna);
    expect(ghost.admitted[1]).toBe(false);
    expect(anna.gateway.refusals.get("stale-epoch")).toBe(1);
  });

  it("should refuse a peer with another room key, count it, and go on", async () => {
    const stranger = await newMember(time, "Stranger", { authKey: new Uint8Array(32).fill(8) });
    const { admitted, callee } = await connect(time, stranger, anna);
    expect(admitted).toEqual([false, false]);
    expect(callee.closeReason).toBeDefined();
    expect(anna.gateway.peers).toEqual([]);
    await connect(time, anna, ben);
    anna.gesture("tap");
    await time.advance(50);
    expect(buzzes(ben)).toBe(1);
  });

  it("should end a peer that sends what no gateway sends, with the reason counted, and go on with the others", async () => {
    const cleo = await newMember(time, "Cleo");
    const { dialer: fromBen } = await connect(time, ben, anna);
    await connect(time, cleo, anna);
    const peer = anna.peerOf(ben);
    fromBen.send(Uint8Array.of(1, 6, 200));
    await time.advance(50);
    expect(peer.state.kind).toBe("gone");
    expect([...peer.refusals.values()]).toEqual([1]);
    cleo.gesture("tap");
    await time.advance(50);
    expect(buzzes(anna)).toBe(1);
  });

  it("should limit a probe that chatters at its own gateway, so that its wearer stays in the room", async () => {
    await connect(time, ben, anna);
    for (let second = 0; second < 20; second++) {
      for (let i = 0; i < 200; i++) ben.gesture("tap");
      await time.advance(1_000);
    }
    expect(anna.peerOf(ben).state.kind).toBe("connected");
    expect(buzzes(anna)).toBeGreaterThan(0);
    expect(ben.probe.discarded.get("too-many")).toBeGreaterThan(3_000);
  });

  it("should end a peer that floods, whether with messages or with frames in them", async () => {
    const ping = encodeMessage(
      Array.from(
        { length: maxFrames },
        (_, id) => ({ type: "ping", id, t1Us: 0, ledger: new Ledger().report() }) as const,
      ),
    );
    const { dialer, callee } = await connect(time, ben, anna);
    const peer = anna.peerOf(ben);
    for (let i = 0; i < 200; i++) dialer.send(ping);
    await time.advance(50);
    expect(peer.state.kind).toBe("gone");
    expect(peer.refusals.get("rate")).toBe(1);
    expect(callee.sent.length).toBeLessThan(200 * maxFrames);
  });

  it("should end a peer that goes on and on beyond the records that are taken of it", async () => {
    const { dialer } = await connect(time, ben, anna);
    const peer = anna.peerOf(ben);
    const records = Array.from({ length: maxRecords }, (_, sequence) => makeRecord({ sequence }));
    const aggregate = encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]);
    const taken = Math.floor(maxRecordBurst / maxRecords) + Math.floor(maxExcessBurst / maxRecords);
    for (let i = 0; i < taken; i++) dialer.send(aggregate);
    await time.advance(50);
    expect(peer.state.kind).toBe("connected");
    for (let i = 0; i < 3; i++) dialer.send(aggregate);
    await time.advance(50);
    expect(peer.state).toMatchObject({ kind: "gone", reason: "too many records" });
    const { received, delivered, duplicate, late, dropped, held } = peer.ledger.snapshot();
    expect(delivered + duplicate + late + sumOf(dropped) + held).toBe(received);
  });

  it("should end a peer that spreads news without end", async () => {
    const { dialer } = await connect(time, ben, anna);
    const peer = anna.peerOf(ben);
    const roster = { type: "roster", name: "Ben", isHidden: false, probes: [] } as const;
    for (let version = 100; version < 110 + maxNewsBurst; version++)
      dialer.send(encodeMessage([{ ...roster, version }]));
    await time.advance(50);
    expect(peer.state).toMatchObject({ kind: "gone", reason: "too much news" });
  });

  it("should end a peer that asks and asks and does not read the answers", async () => {
    const { dialer, callee } = await connect(time, ben, anna);
    const peer = anna.peerOf(ben);
    callee.stall();
    const ping = { type: "ping", id: 1, t1Us: 0, ledger: new Ledger().report() } as const;
    const pings = encodeMessage(Array.from({ length: maxFrames }, () => ping));
    // Ben's own gateway, which hears nothing either, gives up after a minute.
    for (let second = 0; second < 50 && peer.state.kind !== "gone"; second++) {
      for (let i = 0; i < 20; i++) dialer.send(pings); // Within its rate.
      await time.advance(1_000);
    }
    expect(peer.state).toMatchObject({ kind: "gone", reason: "does not read" });
    expect(peer.refusals.get("unread")).toBe(1);
  });

  it("should show no name that could be taken for other text", async () => {
    const { dialer } = await connect(time, ben, anna);
    const probe = { index: 9, probeClass: 1, capabilities: 0, isConnected: true, name: "\u2067band\u2028" };
    const name = " Ben\u202e\nAnna\u0007 is here ";
    dialer.send(encodeMessage([{ type: "roster", version: 100, name, isHidden: false, probes: [probe] }]));
    await time.advance(50);
    expect(anna.peerOf(ben).name).toBe("BenAnna is here");
    expect(anna.peerOf(ben).probes[0]?.name).toBe("band");
  });

  it("should go on asking for what it watches when an old roster comes late", async () => {
    const { dialer } = await connect(time, anna, ben);
    const early = dialer.sent.find((message) => message[1] === frameCodes.roster);
    ben.gateway.watch(ben.peerOf(anna).gatewayId, anna.probe.index, 100);
    anna.gateway.setName("Anna Maria");
    await time.advance(50);
    if (early !== undefined) dialer.send(early);
    await time.advance(50);
    expect(ben.peerOf(anna).wants(anna.probe.index)).toBe(true);
    await anna.gateway.removeProbe(anna.probe.index);
    await time.advance(50);
    expect(ben.peerOf(anna).wants(anna.probe.index)).toBe(false);
  });

  it("should drop what waits for the band when the page wakes, and when its wearer allows less", async () => {
    ben.gateway.setLimits({ ...defaultWearerLimits, isMuted: true });
    expect(ben.link.expirations).toBe(1);
    ben.gateway.woke();
    expect(ben.link.expirations).toBe(2);
  });

  it("should count a gesture that cannot be read as dropped, not as delivered", async () => {
    await connect(time, anna, ben);
    const before = ben.peerOf(anna).ledger.snapshot().delivered;
    const record = {
      probe: anna.probe.index,
      kind: kinds.gesture,
      sequence: 99,
      timeUs: 0,
      lifetimeMs: 0,
      payload: new Uint8Array(),
    };
    anna.peerOf(ben).send({ type: "aggregate", rosterVersion: 1, records: [record] });
    await time.advance(50);
    const { delivered, dropped } = ben.peerOf(anna).ledger.snapshot();
    expect([delivered - before, dropped.malformed]).toEqual([0, 1]);
  });

  it("should report a page that was reloaded as joined, and not as gone", async () => {
    const identity = await newIdentity();
    await connect(time, await newMember(time, "Ben", { identity, epoch: 3 }), anna);
    await connect(time, await newMember(time, "Ben", { identity, epoch: 4 }), anna);
    await time.advance(50);
    const told = anna.events
      .filter(({ kind }) => kind === "peer-gone" || kind === "peer-joined")
      .map(({ kind }) => kind);
    expect(told).toEqual(["peer-joined", "peer-joined"]);
  });

  it("should show a silent peer as asleep, awake when it speaks again, and gone after a minute", async () => {
    const { dialer, callee } = await connect(time, ben, anna);
    const peer = anna.peerOf(ben);
    dialer.stall();
    await time.advance(12_000);
    expect(peer.state.kind).toBe("asleep");
    dialer.resume();
    await time.advance(100);
    expect(peer.state.kind).toBe("connected");
    callee.cut();
    await time.advance(75_000);
    expect(peer.state.kind).toBe("gone");
  });

  it("should reconcile what both ends count, with channels lost on the way", async () => {
    for (let round = 0; round < 3; round++) {
      const { dialer } = await connect(time, anna, ben);
      for (let i = 0; i < 5; i++) {
        anna.gesture("tap");
        ben.gesture("raise");
        await time.advance(700);
      }
      anna.gesture("tap");
      ben.gesture("raise");
      dialer.cut();
      dialer.close("the network is gone");
      await time.advance(100);
    }
    await connect(time, anna, ben);
    await time.advance(11_000);
    const [fromAnna, atBen] = [anna.peerOf(ben).ledger.snapshot(), ben.peerOf(anna).ledger.snapshot()];
    expect(fromAnna.addressed).toBe(18);
    expect(fromAnna.sent).toBe(atBen.delivered + atBen.duplicate + atBen.late + fromAnna.lost);
    expect(fromAnna.lost).toBe(3);
    const [fromBen, atAnna] = [ben.peerOf(anna).ledger.snapshot(), anna.peerOf(ben).ledger.snapshot()];
    expect(fromBen.sent).toBe(atAnna.delivered + atAnna.duplicate + atAnna.late + fromBen.lost);
  });

  it("should leave nothing running when it is closed", async () => {
    await connect(time, anna, ben);
    await anna.gateway.close();
    await time.advance(50);
    expect(ben.gateway.peers[0]?.state.kind).toBe("gone");
    await ben.gateway.close();
    await time.advance(2_000);
    expect(time.pendingTasks).toBe(0);
  });
});
