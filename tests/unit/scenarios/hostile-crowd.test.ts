// Many identities of one attacker, each of which keeps to its own limits: what all of them cost together goes by their
// number, and not by how much each of them says.
import { beforeEach, describe, expect, it } from "vitest";
import { maxPendingHandshakes } from "../../../gateway/admission/pending-handshakes.ts";
import { effectsOfAll, heldAggregatesOfAll } from "../../../gateway/admission/record-allowance.ts";
import { handedOnOfAll } from "../../../gateway/peers/neighbour-relay.ts";
import type { Peer } from "../../../gateway/peers/peer.ts";
import { holdForRosterMs, maxHeldAggregates } from "../../../gateway/records/demux.ts";
import { encodeMessage } from "../../../gateway/wire/encode-message.ts";
import { dialIdBytes, type GatewayFrame, maxMembers, type NeighbourFrame } from "../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { type HostileIdentity, hostileCrowd, madeUpSession } from "../../support/hostile-crowd.ts";
import { memoryChannelPair } from "../../support/memory-channel.ts";
import { connect, type Member, newMember } from "../../support/memory-room.ts";
import { makeGesture } from "../../support/records.ts";

const size = 24;

let time: FakeTime;
/** How often a list of members was passed on to the code that dials. */
let listsTaken: string[];
let anna: Member;
let crowd: readonly HostileIdentity[];

beforeEach(async () => {
  time = new FakeTime(50_000);
  listsTaken = [];
  anna = await newMember(time, "Anna", { onMembers: (_, sessionIds) => listsTaken.push(sessionIds[0] ?? "") });
  crowd = await hostileCrowd(time, anna, size);
  listsTaken.length = 0;
});

/** Each of them says so much in a second, evenly. */
const talk = async (seconds: number, perSecond: number, say: (who: HostileIdentity, nth: number) => void) => {
  for (let nth = 0; nth < seconds * perSecond; nth++) {
    for (const who of crowd) say(who, nth);
    await time.advance(1000 / perSecond);
  }
};

describe("many identities of one attacker", () => {
  it("should have one list of members taken for each of them in a second, and the newest in the end", async () => {
    await talk(5, 18, (who, nth) => {
      const sessionIds = Array.from({ length: maxMembers }, (_, k) => madeUpSession(anna, nth, k));
      who.send({ type: "members", version: nth + 1, sessionIds });
    });
    await time.advance(2_000);
    expect(listsTaken.length).toBeLessThanOrEqual(size * 7);
    expect(listsTaken.slice(-size)).toEqual(crowd.map(() => madeUpSession(anna, 5 * 18 - 1, 0)));
    expect(crowd.filter(({ isClosed }) => isClosed)).toEqual([]);
  });

  it("should not have more gestures taken than a page bears, and no gesture of an honest member lost", async () => {
    const ben = await newMember(time, "Ben");
    await connect(time, ben, anna);
    const probe = { index: 1, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" };
    for (const who of crowd)
      who.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes: [probe] });
    await time.advance(1_000);
    anna.events.length = 0;
    const seconds = 5;
    await talk(seconds, 189, (who, nth) => {
      const record = makeGesture({ sequence: nth, timeUs: Math.round(time.now() * 1000) });
      who.send({ type: "aggregate", rosterVersion: 1, records: [record] });
      if (who === crowd[0] && nth % 63 === 0) ben.gesture("wave");
    });
    await time.advance(100);
    const taken = anna.events.flatMap((event) => (event.kind === "peer-gesture" ? [event.peer.name] : []));
    expect(taken.filter((name) => name === "Ben")).toHaveLength(3 * seconds);
    expect(taken.length / seconds).toBeLessThan(1.2 * effectsOfAll.perSecond);
    const account = anna.gateway.peers.find(({ name }) => name.startsWith("Mallory"))?.ledger.snapshot();
    expect(account?.dropped.rate).toBeGreaterThan(0);
    expect(account?.held).toBe(0);
  });

  it("should not keep an honest newcomer out by handshakes that come to no end", async () => {
    for (let nth = 0; nth < 2 * maxPendingHandshakes; nth++) {
      const { callee } = memoryChannelPair({
        schedule: time.schedule,
        dialer: { sessionId: madeUpSession(anna, 1, nth), fingerprint: new Uint8Array(32) },
        callee: { sessionId: anna.sessionId, fingerprint: new Uint8Array(32) },
      });
      void anna.gateway.admit(callee);
      await time.advance(100);
    }
    const ben = await newMember(time, "Ben");
    expect((await connect(time, ben, anna)).admitted).toEqual([true, true]);
    expect(anna.gateway.refusals.get("too-many-handshakes")).toBeGreaterThanOrEqual(maxPendingHandshakes);
    const cleo = await newMember(time, "Cleo");
    expect((await connect(time, anna, cleo)).admitted).toEqual([true, true]);
  });

  it("should not make a member pass on more than its uplink bears, and still pass on what an honest member asks", async () => {
    const received: NeighbourFrame[] = [];
    const ben = await newMember(time, "Ben");
    const cleo = await newMember(time, "Cleo", { onNeighbourFrame: (_, frame) => received.push(frame) });
    for (const honest of [ben, cleo]) await connect(time, honest, anna);
    const offer = (from: string, to: string, nth: number): NeighbourFrame => ({
      type: "neighbourOffer",
      from,
      to,
      dialId: new Uint8Array(dialIdBytes).fill(nth),
      sdp: "v=0",
    });
    const seconds = 10;
    await talk(seconds, 8, (who, nth) => {
      const receiver = crowd[(crowd.indexOf(who) + 1 + nth) % crowd.length];
      who.send(offer(who.sessionId, receiver?.sessionId ?? "", nth));
    });
    const count = crowd.flatMap(({ heard }) => heard).filter(({ type }) => type === "neighbourOffer").length;
    expect(count).toBeLessThanOrEqual(1.2 * handedOnOfAll.perSecond * (seconds + handedOnOfAll.windowMs / 1000));
    expect(ben.gateway.sendThrough(anna.sessionId, offer(ben.sessionId, cleo.sessionId, 1))).toBe(true);
    await time.advance(100);
    expect(received).toHaveLength(1);
  });

  it("should not keep more aggregates than a page bears that wait for a roster, and one of an honest member", async () => {
    const ben = await newMember(time, "Ben");
    const { dialer } = await connect(time, ben, anna);
    const future = (nth: number): GatewayFrame => ({
      type: "aggregate",
      rosterVersion: 1_000,
      records: [makeGesture({ sequence: nth })],
    });
    for (let nth = 0; nth < maxHeldAggregates; nth++) for (const who of crowd) who.send(future(nth));
    await time.advance(50);
    dialer.send(encodeMessage([future(0)]));
    await time.advance(50);
    const held = (peer: Peer): number => peer.ledger.snapshot().held;
    expect(held(anna.peerOf(ben))).toBe(1);
    expect(anna.gateway.peers.reduce((total, peer) => total + held(peer), 0)).toBeLessThan(1.5 * heldAggregatesOfAll);
    await time.advance(2 * holdForRosterMs);
    expect(anna.gateway.peers.map(held)).toEqual(anna.gateway.peers.map(() => 0));
  });
});
