import { beforeEach, describe, expect, it } from "vitest";
import type { Gateway } from "../../../gateway/gateway.ts";
import { farewellMs } from "../../../gateway/key-change/farewell.ts";
import type { SettledChange } from "../../../gateway/key-change/room-key-change.ts";
import { contestMs, minMoveIntervalMs, settleMs } from "../../../gateway/key-change/room-key-change.ts";
import { defaultWearerLimits } from "../../../gateway/probes/wearer-limits.ts";
import { decodeMessage } from "../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../gateway/wire/encode-message.ts";
import { byeReasons } from "../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../support/fake-time.ts";
import type { MemoryChannelPair } from "../../support/memory-channel.ts";
import { connect, type Member, newGateway, newIdentity, newMember } from "../../support/memory-room.ts";

const newKey = new Uint8Array(16).fill(3);
const newAuthKey = new Uint8Array(32).fill(33);

const newRoom = { roomKey: newKey, authKey: newAuthKey };

const settledOf = ({ events }: Member): readonly SettledChange[] =>
  events.flatMap((event) => (event.kind === "room-key-settled" ? [event.change] : []));
const kindsOf = ({ events }: Member): readonly string[] => events.map(({ kind }) => kind);
const heldBy = ({ gateway }: Member): number => gateway.heldSessionIds().length;

describe("a room that changes its key", () => {
  let time: FakeTime;
  let anna: Member;
  let ben: Member;
  let cleo: Member;
  /** Their gateways in the room of the new key. */
  let annaThere: Gateway;
  let benThere: Gateway;
  let cleoThere: Gateway;
  let annaToBen: MemoryChannelPair;
  let annaToCleo: MemoryChannelPair;

  beforeEach(async () => {
    time = new FakeTime(50_000);
    [anna, ben, cleo] = [await newMember(time, "Anna"), await newMember(time, "Ben"), await newMember(time, "Cleo")];
    annaThere = await newGateway(time, "Anna", newRoom);
    benThere = await newGateway(time, "Ben", newRoom);
    cleoThere = await newGateway(time, "Cleo", newRoom);
    annaToBen = await connect(time, anna, ben);
    annaToCleo = await connect(time, anna, cleo);
    await connect(time, ben, cleo);
  });

  it("should let the key reach all but the removed member, whose page is informed once the others have settled", async () => {
    expect(anna.gateway.changeRoomKey(newKey, [cleo.gateway.id])).toBe("begun");
    await time.advance(100);
    expect([anna, ben].map(({ gateway }) => gateway.isBeingRemoved(cleo.gateway.id))).toEqual([true, true]);
    await time.advance(settleMs);
    expect(settledOf(anna)).toMatchObject([{ roomKey: newKey, by: anna.gateway.id, removed: [cleo.gateway.id] }]);
    expect(settledOf(ben)).toMatchObject([{ roomKey: newKey, by: anna.gateway.id, toldBy: anna.gateway.id }]);
    expect(settledOf(cleo)).toEqual([]);
    expect(kindsOf(cleo)).not.toContain("removed");
    const farewells = [anna.gateway.moveTo(annaThere), ben.gateway.moveTo(benThere)];
    await time.advance(100);
    await Promise.all(farewells);
    expect(kindsOf(cleo).filter((kind) => kind === "removed")).toHaveLength(2);
    expect([anna, ben, cleo].map(heldBy)).toEqual([0, 0, 0]);
    for (const member of [anna, ben]) expect(kindsOf(member)).not.toContain("peer-gone");
  });

  it("should ignore what a removed member says about who was removed", async () => {
    anna.gateway.changeRoomKey(newKey, [cleo.gateway.id]);
    await time.advance(contestMs);
    const removed = encodeMessage([{ type: "bye", reason: byeReasons.removed }]);
    annaToCleo.callee.send(removed);
    await time.advance(50);
    expect(kindsOf(anna)).not.toContain("removed");
    expect(kindsOf(anna)).toContain("peer-gone");
    annaToBen.callee.send(removed);
    await time.advance(50);
    expect(kindsOf(anna).filter((kind) => kind === "removed")).toHaveLength(1);
    await time.advance(settleMs);
    expect(settledOf(anna)).toMatchObject([{ roomKey: newKey, removed: [cleo.gateway.id] }]);
  });

  it("should never send the key to the removed member, in any frame", async () => {
    const toCleo: Uint8Array[] = [];
    const dora = await newMember(time, "Dora");
    const pair = await connect(time, dora, anna);
    anna.gateway.changeRoomKey(newKey, [dora.gateway.id]);
    await time.advance(settleMs + 100);
    void anna.gateway.moveTo(annaThere);
    await time.advance(1_000);
    toCleo.push(...pair.callee.sent);
    const types = toCleo.flatMap((message) => {
      const decoded = decodeMessage(message);
      return "malformed" in decoded ? [] : decoded.frames.map(({ type }) => type);
    });
    expect(types).not.toContain("keyProposal");
    expect(types.at(-1)).toBe("bye");
  });

  it("should wait for a sleeping member, admit nobody meanwhile, and disconnect it once it has the key", async () => {
    annaToBen.dialer.stall(); // The network has what Anna sends; Ben's page sleeps and does not read it.
    anna.gateway.changeRoomKey(newKey, [cleo.gateway.id]);
    await time.advance(settleMs + 100);
    let isOver = false;
    void anna.gateway.moveTo(annaThere).then(() => {
      isOver = true;
    });
    await time.advance(5_000);
    expect([isOver, heldBy(anna)]).toEqual([false, 1]);
    const late = await connect(time, await newMember(time, "Late"), anna);
    expect(late.admitted[1]).toBe(false);
    annaToBen.dialer.resume();
    await time.advance(100);
    expect([isOver, heldBy(anna)]).toEqual([true, 0]);
    await time.advance(settleMs);
    expect(settledOf(ben)).toMatchObject([{ roomKey: newKey, removed: [cleo.gateway.id] }]);
    expect(kindsOf(ben)).not.toContain("left-behind");
  });

  it("should give up a member that sleeps for too long", async () => {
    annaToBen.dialer.stall();
    anna.gateway.changeRoomKey(newKey, []);
    await time.advance(settleMs + 100);
    const farewell = anna.gateway.moveTo(annaThere);
    await time.advance(farewellMs);
    await farewell;
    expect(heldBy(anna)).toBe(0);
  });

  it("should inform a member that came while the key was changed that the others are gone", async () => {
    anna.gateway.changeRoomKey(newKey, []);
    const dora = await newMember(time, "Dora");
    await connect(time, dora, anna);
    await time.advance(settleMs + 100);
    void anna.gateway.moveTo(annaThere);
    await time.advance(100);
    expect(settledOf(dora)).toEqual([]);
    expect(kindsOf(dora)).toContain("left-behind");
  });

  it("should bring two members that change it at once to one key", async () => {
    const lower = new Uint8Array(16).fill(2);
    anna.gateway.changeRoomKey(newKey, [cleo.gateway.id]);
    ben.gateway.changeRoomKey(lower, []);
    await time.advance(settleMs + 100);
    expect([anna, ben, cleo].map((member) => settledOf(member).map(({ roomKey }) => roomKey))).toEqual([
      [lower],
      [lower],
      [lower],
    ]);
    expect(settledOf(anna)[0]?.notRemoved).toEqual([cleo.gateway.id]);
  });

  it("should keep probes, their indexes and the wearer's counts on the way to the new room", async () => {
    const limits = { ...defaultWearerLimits, buzzesPerTenSeconds: 2 };
    ben.gateway.setLimits(limits);
    ben.gateway.renameProbe(ben.probe.index, "left arm");
    anna.gesture("wave");
    anna.gesture("wave");
    await time.advance(100);
    expect(ben.link.written).toHaveLength(2);
    const next: Member = {
      ...(await newMember(time, "Ben")),
      gateway: await newGateway(time, "Ben", { ...newRoom, identity: await newIdentity(), limits }),
    };
    void ben.gateway.moveTo(next.gateway);
    expect(ben.gateway.probes).toEqual([]);
    expect(next.gateway.probes.map(({ link }) => link)).toContain(ben.link);
    expect(next.gateway.probeName(ben.probe.index)).toBe("left arm");
    const dora = await newMember(time, "Dora", newRoom);
    await connect(time, dora, next);
    expect(dora.peerOf(next).probes).toContainEqual(expect.objectContaining({ name: "left arm", isConnected: true }));
    // The new room's buzz finds the band, whose wearer has had as many as they allow in ten seconds.
    dora.gesture("wave");
    await time.advance(100);
    expect(ben.link.written).toHaveLength(2);
    await time.advance(10_000);
    dora.gesture("wave");
    await time.advance(100);
    expect(ben.link.written).toHaveLength(3);
    // And its own movement goes to the new room, not to the old.
    const heard = dora.events.length;
    ben.gesture("tap");
    await time.advance(100);
    expect(dora.events.slice(heard).map(({ kind }) => kind)).toContain("peer-gesture");
    await ben.gateway.close();
    expect(ben.link.state.kind).toBe("connected");
  });

  it("should go on under its key when the new room lets nobody in, and let somebody else change it", async () => {
    const lower = new Uint8Array(16).fill(2);
    cleo.gateway.changeRoomKey(lower, []);
    await time.advance(settleMs + 100);
    expect([anna, ben].map((member) => settledOf(member).length)).toEqual([1, 1]);
    for (const { gateway } of [anna, ben, cleo]) gateway.stay();
    expect(anna.gateway.changeRoomKey(newKey, [cleo.gateway.id])).toBe("begun");
    await time.advance(minMoveIntervalMs);
    expect([anna, ben].map((member) => settledOf(member).at(-1))).toMatchObject([
      { roomKey: newKey, removed: [cleo.gateway.id] },
      { roomKey: newKey, removed: [cleo.gateway.id] },
    ]);
    expect(heldBy(anna)).toBe(2);
  });

  it("should leave no timer behind", async () => {
    anna.gateway.changeRoomKey(newKey, []);
    await time.advance(settleMs + 100);
    const farewells = [anna.gateway.moveTo(annaThere), ben.gateway.moveTo(benThere), cleo.gateway.moveTo(cleoThere)];
    await time.until(Promise.all(farewells));
    const there = [annaThere, benThere, cleoThere];
    await Promise.all([...there, anna.gateway, ben.gateway, cleo.gateway].map((gateway) => gateway.close()));
    await time.advance(100);
    expect(time.pendingTasks).toBe(0);
  });
});
