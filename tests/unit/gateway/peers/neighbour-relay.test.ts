import { beforeEach, describe, expect, it } from "vitest";
import {
  maxHandedOnBurst,
  maxHandedOnPerSecond,
  maxOfferBurst,
  maxOffersPerSecond,
  maxPairBurst,
  maxPairFramesPerSecond,
} from "../../../../gateway/peers/neighbour-relay.ts";
import { maxPeers } from "../../../../gateway/peers/peer-book.ts";
import { backlogHighWaterBytes } from "../../../../gateway/wire/channel.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import { maxNeighbourSdpBytes, type NeighbourFrame } from "../../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import type { MemoryChannelPair } from "../../../support/memory-channel.ts";
import { connect, type Member, newIdentity, newMember } from "../../../support/memory-room.ts";

interface Received {
  readonly neighbourSessionId: string;
  readonly frame: NeighbourFrame;
}

let time: FakeTime;
let received: Map<string, Received[]>;
let anna: Member;
let ben: Member;
let cleo: Member;
let toBen: MemoryChannelPair;

const join = (name: string): Promise<Member> => {
  const frames: Received[] = [];
  received.set(name, frames);
  return newMember(time, name, {
    onNeighbourFrame: (neighbourSessionId, frame) => frames.push({ neighbourSessionId, frame }),
  });
};

/** Anna and Ben have Cleo in common, and not each other. */
beforeEach(async () => {
  time = new FakeTime();
  received = new Map();
  [anna, ben, cleo] = [await join("Anna"), await join("Ben"), await join("Cleo")];
  await connect(time, anna, cleo);
  toBen = await connect(time, cleo, ben);
});

const offer = (from: Member, to: Member, more: Partial<NeighbourFrame> = {}): NeighbourFrame => ({
  type: "neighbourOffer",
  from: from.sessionId,
  to: to.sessionId,
  dialId: new Uint8Array(16).fill(7),
  sdp: "v=0",
  ...more,
});

const send = async (from: Member, through: Member, ...frames: readonly NeighbourFrame[]): Promise<void> => {
  for (const frame of frames) expect(from.gateway.sendThrough(through.sessionId, frame)).toBe(true);
  await time.advance(50);
};

/** What the neighbour has counted for the sender. */
const refusals = (at: Member, of: Member): Record<string, number> => Object.fromEntries(at.peerOf(of).refusals);

describe("neighbour post", () => {
  it("should pass an offer and its answer on as they came, and say through which neighbour", async () => {
    const frames = [offer(anna, ben), offer(ben, anna, { type: "neighbourAnswer", sdp: "v=1" })] as const;
    await send(anna, cleo, frames[0]);
    await send(ben, cleo, frames[1]);
    expect(received.get("Ben")).toEqual([{ neighbourSessionId: cleo.sessionId, frame: frames[0] }]);
    expect(received.get("Anna")).toEqual([{ neighbourSessionId: cleo.sessionId, frame: frames[1] }]);
    expect(received.get("Cleo")).toEqual([]);
  });

  it("should pass on nothing in another's name", async () => {
    const dora = await join("Dora");
    await connect(time, dora, cleo);
    await send(dora, cleo, offer(anna, ben));
    expect(received.get("Ben")).toEqual([]);
    expect(refusals(cleo, dora)).toEqual({ "neighbour frame in another's name": 1 });
  });

  it("should take two hops and never a third", async () => {
    const dora = await join("Dora");
    await connect(time, ben, dora);
    await send(anna, cleo, offer(anna, dora));
    expect([received.get("Ben"), received.get("Dora")]).toEqual([[], []]);
    expect(refusals(cleo, anna)).toEqual({ "neighbour frame for nobody here": 1 });
    // Ben is connected to Dora, but what Cleo sends him is not in Cleo's name.
    await send(cleo, ben, offer(anna, dora));
    expect(received.get("Dora")).toEqual([]);
  });

  it("should send nothing back to its sender", async () => {
    await send(anna, cleo, offer(anna, anna));
    expect(received.get("Anna")).toEqual([]);
    expect(refusals(cleo, anna)).toEqual({ "neighbour frame for nobody here": 1 });
  });

  it("should pass on so many of one peer and no more, and those of others as before", async () => {
    const others = await Promise.all(Array.from({ length: 2 * maxHandedOnBurst }, (_, i) => join(`Other ${i}`)));
    for (const other of others) await connect(time, cleo, other);
    await time.advance(60_000); // Whatever they have said so far is forgotten.
    const toAll = () => others.map((other) => offer(anna, other));
    await send(anna, cleo, ...toAll());
    const arrived = (): number => others.filter((_, i) => received.get(`Other ${i}`)?.length).length;
    expect(arrived()).toBeGreaterThanOrEqual(maxHandedOnBurst);
    expect(arrived()).toBeLessThanOrEqual(maxHandedOnBurst + 1);
    expect(refusals(cleo, anna)).toEqual({ "too many neighbour frames": others.length - arrived() });
    const dora = await join("Dora");
    await connect(time, dora, cleo);
    await send(dora, cleo, offer(dora, ben));
    expect(received.get("Ben")).toHaveLength(1);
    expect(refusals(cleo, dora)).toEqual({});
    for (const name of received.keys()) received.get(name)?.splice(0);
    await time.advance(1_000);
    await send(anna, cleo, ...toAll());
    expect(arrived()).toBeLessThanOrEqual(maxHandedOnPerSecond + 2);
  });

  it("should pass on few of one peer to one other, of offers as of answers, and go on with those to others", async () => {
    const dora = await join("Dora");
    await connect(time, cleo, dora);
    for (const type of ["neighbourOffer", "neighbourAnswer"] as const) {
      received.get("Ben")?.splice(0);
      for (let i = 0; i < 20; i++) {
        await send(anna, cleo, offer(anna, ben, { type }));
        await time.advance(200);
      }
      expect(received.get("Ben")).toHaveLength(maxPairBurst);
    }
    await send(anna, cleo, offer(anna, dora));
    expect(received.get("Dora")).toHaveLength(1);
    await time.advance(1_000 / maxPairFramesPerSecond);
    await send(anna, cleo, offer(anna, ben));
    expect(received.get("Ben")).toHaveLength(maxPairBurst + 1);
  });

  const inventedId = (i: number): string => ben.sessionId.slice(0, 33) + i.toString(16).padStart(16, "0");

  it("should look at few offers through one peer, whichever sender they name, and at every answer", async () => {
    let invented = 0;
    const inventMany = () => Array.from({ length: 100 }, () => offer(anna, ben, { from: inventedId(invented++) }));
    await send(cleo, ben, ...inventMany());
    const seen = received.get("Ben")?.length ?? 0;
    expect(seen).toBeGreaterThanOrEqual(maxOfferBurst);
    expect(seen).toBeLessThanOrEqual(maxOfferBurst + 1);
    expect(refusals(ben, cleo)).toEqual({ "too many neighbour frames": 100 - seen });
    await send(cleo, ben, offer(anna, ben, { type: "neighbourAnswer" }));
    expect(received.get("Ben")).toHaveLength(seen + 1);
    await time.advance(1_000);
    await send(cleo, ben, ...inventMany());
    expect((received.get("Ben")?.length ?? 0) - seen - 1).toBeLessThanOrEqual(maxOffersPerSecond + 2);
  });

  it("should look at few offers of one session through one peer, and leave the others their share", async () => {
    await send(cleo, ben, ...Array.from({ length: 100 }, () => offer(anna, ben)));
    expect(received.get("Ben")).toHaveLength(maxPairBurst);
    await send(cleo, ben, offer(anna, ben, { from: inventedId(1) }));
    expect(received.get("Ben")).toHaveLength(maxPairBurst + 1);
    expect(refusals(ben, cleo)).toEqual({ "too many neighbour frames": 100 - maxPairBurst });
  });

  it("should leave room for all members of a room in what is looked at through one peer", () => {
    expect(maxPeers * maxPairFramesPerSecond).toBeLessThanOrEqual(maxOffersPerSecond);
  });

  it("should not look at offers of connected members, unless they have fallen silent", async () => {
    const toAnna = await connect(time, ben, anna);
    await send(cleo, ben, ...Array.from({ length: 20 }, () => offer(anna, ben)));
    expect(received.get("Ben")).toEqual([]);
    expect(refusals(ben, cleo)).toEqual({ "neighbour offer of somebody who is here": 20 });
    toAnna.callee.stall(); // She is heard no more.
    await time.advance(10_000);
    expect(ben.peerOf(anna).state.kind).toBe("asleep");
    await send(cleo, ben, offer(anna, ben));
    expect(received.get("Ben")).toHaveLength(1);
  });

  it("should add nothing to a channel that is full", async () => {
    toBen.dialer.stall();
    while (toBen.dialer.bufferedBytes() + maxNeighbourSdpBytes < backlogHighWaterBytes) {
      toBen.dialer.send(new Uint8Array(maxNeighbourSdpBytes));
    }
    const before = toBen.dialer.bufferedBytes();
    await send(anna, cleo, offer(anna, ben));
    expect(toBen.dialer.bufferedBytes()).toBe(before);
    expect(refusals(cleo, anna)).toEqual({ "neighbour frame for a full channel": 1 });
    expect(cleo.gateway.sendThrough(ben.sessionId, offer(cleo, ben))).toBe(false);
  });

  it("should say so when the neighbour is gone", () => {
    expect(anna.gateway.sendThrough(ben.sessionId, offer(anna, ben))).toBe(false);
  });
});

describe("a third member that has a neighbour carry as much as it can", { timeout: 60_000 }, () => {
  interface Attack {
    readonly attackers: number;
    /** Whether Ben is connected to them, too. */
    readonly areHeld: boolean;
    readonly lastsMs: number;
  }

  /**
   * Each sends eight offers and eight answers a second to Ben through Cleo; Anna, whom he has lost, an offer now and
   * then.
   */
  const attack = async ({ attackers, areHeld, lastsMs }: Attack) => {
    const pairs: { readonly mallory: Member; readonly toCleo: MemoryChannelPair }[] = [];
    for (let i = 0; i < attackers; i++) {
      const mallory = await join(`Mallory ${i}`);
      if (areHeld) await connect(time, mallory, ben);
      pairs.push({ mallory, toCleo: await connect(time, mallory, cleo) });
    }
    let tried = 0;
    for (let ms = 0; ms < lastsMs; ms += 125) {
      for (const { mallory, toCleo } of pairs) {
        const frame = offer(mallory, ben);
        toCleo.dialer.send(encodeMessage([frame]));
        toCleo.dialer.send(encodeMessage([{ ...frame, type: "neighbourAnswer" }]));
      }
      if (ms % 10_000 === 9_000 && anna.gateway.sendThrough(cleo.sessionId, offer(anna, ben))) tried++;
      await time.advance(125);
    }
    const ofAnna = received.get("Ben")?.filter(({ frame }) => frame.from === anna.sessionId).length;
    return { tried, ofAnna };
  };

  it.each([
    { attackers: 1, areHeld: false, lastsMs: 60_000 },
    { attackers: 6, areHeld: true, lastsMs: 60_000 },
    { attackers: 45, areHeld: false, lastsMs: 20_000 },
  ])("should keep nobody from being heard through it, nor have it thrown out: %j", async (how) => {
    const { tried, ofAnna } = await attack(how);
    expect(tried).toBe(how.lastsMs / 10_000);
    expect(ofAnna).toBe(tried);
    expect(ben.peerOf(cleo).state.kind).toBe("connected");
    expect(ben.peerOf(cleo).refusals.get("rate")).toBeUndefined();
  });

  it("should not help a neighbour that invents it all: it is disconnected", async () => {
    for (let i = 0; i < 3_000; i++) {
      const channel = toBen.dialer;
      channel.send(encodeMessage([offer(anna, ben, { type: "neighbourAnswer" })]));
      if (i % 100 === 0) await time.advance(100);
    }
    await time.advance(1_000);
    expect(toBen.callee.closeReason).toBe("too many messages");
  });
});

describe("a session id", () => {
  /** As another member's, because a member that carries an offer can say whose it is. */
  const as = (member: Member, { sessionId }: Member): Member => ({ ...member, sessionId });
  const through = (dialer: Member, callee: Member) => connect(time, dialer, callee, undefined, "neighbour");

  it("should stay with the gateway that has proven it, also while that is gone", async () => {
    const mallory = await join("Mallory");
    const { admitted } = await through(as(mallory, ben), cleo);
    expect(admitted[1]).toBe(false);
    expect((await connect(time, as(mallory, ben), cleo)).admitted[1]).toBe(false);
    expect(cleo.gateway.refusals.get("other-session")).toBe(2);
    toBen.callee.close("the network failed");
    await time.advance(100);
    expect((await through(as(mallory, ben), cleo)).admitted[1]).toBe(false);
    expect((await through(cleo, as(mallory, ben))).admitted[0]).toBe(false);
    expect((await through(ben, cleo)).admitted).toEqual([true, true]);
  });

  it("should be its owner's again as soon as another gateway that had it is gone, if the server says whose it is", async () => {
    const vera = await join("Vera");
    const squatter = as(await join("Mallory"), vera);
    const squat = await through(squatter, cleo);
    expect(squat.admitted).toEqual([true, true]);
    expect((await connect(time, vera, cleo)).admitted[1]).toBe(false); // For as long as it stays.
    squat.dialer.close("the network failed");
    await time.advance(100);
    expect((await through(vera, cleo)).admitted[1]).toBe(false);
    expect((await connect(time, vera, cleo)).admitted).toEqual([true, true]);
  });

  it("should be free for anybody when its gateway has said goodbye", async () => {
    const vera = await join("Vera");
    const squatter = as(await join("Mallory"), vera);
    await through(squatter, cleo);
    await squatter.gateway.close();
    await time.advance(100);
    expect((await through(vera, cleo)).admitted).toEqual([true, true]);
  });

  it("should be over by the goodbye of that gateway alone to which the server has led", async () => {
    const over: string[] = [];
    const host = await newMember(time, "Host", { onSessionOver: (sessionId) => over.push(sessionId) });
    const vera = await join("Vera");
    const identity = await newIdentity();
    const squatter = as(await newMember(time, "Mallory", { identity }), vera);
    const again = await newMember(time, "Mallory again", { identity, epoch: 2 });
    await through(squatter, host);
    await connect(time, again, host); // A newer epoch of the same key: the session before is no more.
    expect(over).toEqual([]);
    await again.gateway.close();
    await time.advance(100);
    expect(over).toEqual([again.sessionId]);
    const dora = await join("Dora");
    const first = await connect(time, dora, host);
    first.dialer.close("the network failed");
    await time.advance(100);
    await through(dora, host); // It is known by now whose that session is.
    await dora.gateway.close();
    await time.advance(100);
    expect(over).toEqual([again.sessionId, dora.sessionId]);
  });

  it("should be the only one of a gateway that is here", async () => {
    const identity = await newIdentity();
    const first = await newMember(time, "Dora", { identity });
    const second = await newMember(time, "Dora again", { identity });
    const pair = await connect(time, first, cleo);
    expect((await connect(time, second, cleo)).admitted[1]).toBe(false);
    expect(cleo.peerOf(first).state.kind).toBe("connected");
    pair.dialer.close("the network failed");
    await time.advance(100);
    // As a page whose disk is full, and that was reloaded.
    expect((await connect(time, second, cleo)).admitted).toEqual([true, true]);
  });
});
