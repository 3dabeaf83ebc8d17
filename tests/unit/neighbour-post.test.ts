import { beforeEach, describe, expect, it } from "vitest";
import { backlogHighWaterBytes } from "../../gateway/channel.ts";
import { maxNeighbourSdpBytes, type NeighbourFrame } from "../../gateway/frame-types.ts";
import {
  maxHandedOnBurst,
  maxHandedOnPerSecond,
  maxOfferBurst,
  maxOffersPerSecond,
} from "../../gateway/neighbour-post.ts";
import { FakeTime } from "../support/fake-time.ts";
import type { MemoryChannelPair } from "../support/memory-channel.ts";
import { connect, type Member, newIdentity, newMember } from "../support/memory-room.ts";

interface Received {
  readonly neighbourId: string;
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
  return newMember(time, name, { onNeighbourFrame: (neighbourId, frame) => frames.push({ neighbourId, frame }) });
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

/** What the neighbour has counted of whoever sent. */
const refusals = (at: Member, of: Member): Record<string, number> => Object.fromEntries(at.peerOf(of).refusals);

describe("neighbour post", () => {
  it("should hand an offer and its answer on as they came, and tell through whom", async () => {
    const frames = [offer(anna, ben), offer(ben, anna, { type: "neighbourAnswer", sdp: "v=1" })] as const;
    await send(anna, cleo, frames[0]);
    await send(ben, cleo, frames[1]);
    expect(received.get("Ben")).toEqual([{ neighbourId: cleo.sessionId, frame: frames[0] }]);
    expect(received.get("Anna")).toEqual([{ neighbourId: cleo.sessionId, frame: frames[1] }]);
    expect(received.get("Cleo")).toEqual([]);
  });

  it("should hand on nothing in another's name", async () => {
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
    // Ben holds Dora, but what Cleo sends him is not in Cleo's name.
    await send(cleo, ben, offer(anna, dora));
    expect(received.get("Dora")).toEqual([]);
  });

  it("should send nothing back to whoever sent it", async () => {
    await send(anna, cleo, offer(anna, anna));
    expect(received.get("Anna")).toEqual([]);
    expect(refusals(cleo, anna)).toEqual({ "neighbour frame for nobody here": 1 });
  });

  it("should hand on so many of one peer and no more, and those of others as before", async () => {
    const dora = await join("Dora");
    await connect(time, dora, cleo);
    await send(anna, cleo, ...Array.from({ length: 100 }, () => offer(anna, ben)));
    const dropped = refusals(cleo, anna)["too many neighbour frames"] ?? 0;
    expect(100 - dropped).toBeGreaterThanOrEqual(maxHandedOnBurst);
    expect(100 - dropped).toBeLessThanOrEqual(maxHandedOnBurst + 1);
    await send(dora, cleo, offer(dora, ben));
    expect(refusals(cleo, dora)).toEqual({});
    await time.advance(1_000);
    await send(anna, cleo, ...Array.from({ length: 100 }, () => offer(anna, ben)));
    expect(200 - (refusals(cleo, anna)["too many neighbour frames"] ?? 0)).toBeLessThanOrEqual(
      maxHandedOnBurst + maxHandedOnPerSecond + 2,
    );
  });

  it("should look at few offers through one peer, whoever they are said to be from, and at every answer", async () => {
    await send(cleo, ben, ...Array.from({ length: 100 }, () => offer(anna, ben)));
    const seen = received.get("Ben")?.length ?? 0;
    expect(seen).toBeGreaterThanOrEqual(maxOfferBurst);
    expect(seen).toBeLessThanOrEqual(maxOfferBurst + 1);
    expect(refusals(ben, cleo)).toEqual({ "too many neighbour frames": 100 - seen });
    await send(cleo, ben, offer(anna, ben, { type: "neighbourAnswer" }));
    expect(received.get("Ben")).toHaveLength(seen + 1);
    await time.advance(1_000);
    await send(cleo, ben, ...Array.from({ length: 100 }, () => offer(anna, ben)));
    expect((received.get("Ben")?.length ?? 0) - seen - 1).toBeLessThanOrEqual(maxOffersPerSecond + 2);
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

describe("a session id", () => {
  /** As somebody else's, because whoever carries an offer can say whose it is. */
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

  it("should be its owner's again as soon as somebody else who had it is gone, by the server's word for whose it is", async () => {
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

  it("should be anybody's when who had it has said goodbye", async () => {
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
    expect((await connect(time, second, cleo)).admitted).toEqual([true, true]); // As one whose disk is full, and who was reloaded.
  });
});
