// A member that was disconnected for exceeding its limits comes back when its time is over, and not before.
import { beforeEach, describe, expect, it } from "vitest";
import { maxNewsBurst } from "../../../gateway/admission/allowance.ts";
import { ChannelRelay } from "../../../gateway/admission/channel-relay.ts";
import { EpochBook } from "../../../gateway/admission/epoch-book.ts";
import { admit } from "../../../gateway/admission/handshake.ts";
import { firstPenaltyMs } from "../../../gateway/admission/penalty-book.ts";
import type { IdentityKey } from "../../../gateway/basics/runtime.ts";
import { encodeMessage } from "../../../gateway/wire/encode-message.ts";
import { webCrypto } from "../../../web/platform/web-crypto.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { emptyLedger } from "../../support/hostile-member.ts";
import { type MemoryChannel, memoryChannelPair } from "../../support/memory-channel.ts";
import {
  authKey,
  connect,
  type Member,
  type MemberOptions,
  newIdentity,
  newMember,
} from "../../support/memory-room.ts";

interface HeldOff {
  readonly by: string;
  readonly sessionId: string;
  readonly forMs: number;
}

let time: FakeTime;
let identity: IdentityKey;
let heldOff: HeldOff[];
let anna: Member;
let mallory: Member;

const join = (name: string, options: MemberOptions = {}): Promise<Member> =>
  newMember(time, name, {
    onHoldOff: (sessionId, untilMs) => heldOff.push({ by: name, sessionId, forMs: Math.round(untilMs - time.now()) }),
    ...options,
  });

beforeEach(async () => {
  time = new FakeTime(50_000);
  heldOff = [];
  identity = await newIdentity();
  anna = await join("Anna");
  mallory = await join("Mallory", { identity });
});

const flood = async (channel: MemoryChannel): Promise<void> => {
  for (let version = 100; version < 110 + maxNewsBurst; version++)
    channel.send(encodeMessage([{ type: "roster", name: "Mallory", isHidden: false, probes: [], version }]));
  await time.advance(50);
};
const floodAnna = async (from: Member): Promise<void> => {
  const { admitted, dialer } = await connect(time, from, anna);
  expect(admitted).toEqual([true, true]);
  await flood(dialer);
  expect(anna.gateway.heldSessionIds()).not.toContain(from.sessionId);
};
const refusals = () => anna.gateway.refusals.get("let-go") ?? 0;

describe("a member that was disconnected for exceeding its limits", () => {
  it("should be refused, whichever end dials and in whatever epoch, before it is let in anywhere", async () => {
    await floodAnna(mallory);
    const again = await join("Mallory again", { identity, epoch: 2 });
    expect((await connect(time, mallory, anna)).admitted).toEqual([false, false]);
    expect((await connect(time, anna, mallory)).admitted).toEqual([false, false]);
    expect((await connect(time, again, anna)).admitted).toEqual([false, false]);
    expect(refusals()).toBe(3);
    expect(anna.events.filter((event) => event.kind === "refused" && event.reason === "let-go")).toHaveLength(3);
    expect((await connect(time, await join("Ben"), anna)).admitted).toEqual([true, true]);
  });

  it.each([
    ["the same epoch", 0],
    ["a newer epoch each time", 1],
  ])("should get no more through by dialling again before it reaches a limit, in %s", async (_, step) => {
    const seconds = 20;
    const pings = 900; // And as many messages: less than the burst of one channel.
    let taken = 0;
    let turnedAway = 0;
    for (let nth = 0; nth < 4 * seconds; nth++) {
      const again = step === 0 ? mallory : await join("Mallory", { identity, epoch: 2 + nth });
      const { dialer, admitted } = await connect(time, again, anna);
      if (admitted[1] !== true) turnedAway++;
      for (let id = 1; id <= pings; id++)
        if (dialer.send(encodeMessage([{ type: "ping", id, t1Us: 1, ledger: emptyLedger }]))) taken++;
      await time.advance(250);
    }
    expect(turnedAway).toBeGreaterThan(0);
    expect(refusals()).toBe(step === 0 ? 0 : turnedAway); // A member that knows that it was disconnected ends the handshake itself.
    expect(heldOff.some(({ by }) => by === "Anna")).toBe(true);
    expect(taken).toBeGreaterThan(0);
  });

  it("should not be a member that loses its channel ten times in a minute and comes back each time", async () => {
    for (let nth = 0; nth < 10; nth++) {
      const { admitted, dialer } = await connect(time, mallory, anna);
      expect(admitted).toEqual([true, true]);
      await time.advance(5_500);
      dialer.close("the network changed");
      await time.advance(100);
    }
    expect(refusals()).toBe(0);
  });

  it("should be let in when its time is over, which is longer each time", async () => {
    for (const penaltyMs of [firstPenaltyMs, 2 * firstPenaltyMs, 4 * firstPenaltyMs]) {
      await floodAnna(mallory);
      await time.advance(penaltyMs - 1_000);
      expect((await connect(time, mallory, anna)).admitted).toEqual([false, false]);
      await time.advance(1_000);
    }
    expect((await connect(time, mallory, anna)).admitted).toEqual([true, true]);
  });

  it("should not be let in by a handshake that was begun before", async () => {
    const { dialer } = await connect(time, mallory, anna);
    const end = (sessionId: string, byte: number) => ({ sessionId, fingerprint: new Uint8Array(32).fill(byte) });
    const second = memoryChannelPair({
      schedule: time.schedule,
      dialer: end(anna.sessionId, 1),
      callee: end(mallory.sessionId, 2),
      delayMs: (nth, from) => (from === "callee" && nth > 0 ? 2_000 : 5), // Her last word, for which Anna waits, is slow.
    });
    const admitted = anna.gateway.admit(second.dialer);
    // Without a gateway, which would choose between her two channels.
    const hers = admit({
      relay: new ChannelRelay(second.callee),
      authKey,
      identity,
      epoch: 1,
      epochs: new EpochBook(),
      isBarred: () => false,
      crypto: webCrypto,
      schedule: time.schedule,
    });
    expect(await time.until(hers)).toMatchObject({ kind: "admitted" });
    await flood(dialer);
    expect(await time.until(admitted)).toBe(false);
    expect(anna.gateway.heldSessionIds()).toEqual([]);
    expect(refusals()).toBe(1);
  });

  it("should not be dialled meanwhile, nor dial, and read why it was disconnected", async () => {
    await floodAnna(mallory);
    await time.advance(100);
    expect(heldOff).toEqual([
      { by: "Anna", sessionId: mallory.sessionId, forMs: firstPenaltyMs },
      { by: "Mallory", sessionId: anna.sessionId, forMs: firstPenaltyMs },
    ]);
    expect(mallory.events.filter(({ kind }) => kind === "peer-gone")).toMatchObject([{ how: "let-go" }]);
    expect(anna.events.filter(({ kind }) => kind === "peer-gone")).toMatchObject([{ how: "lost" }]);
  });

  it("should take its time along when the room moves on to another key", async () => {
    await floodAnna(mallory);
    const newKey = new Uint8Array(32).fill(33);
    const moved = await join("Anna", { authKey: newKey, penalties: anna.gateway.penalties });
    const follower = await join("Mallory", { identity, authKey: newKey });
    expect((await connect(time, follower, moved)).admitted).toEqual([false, false]);
  });
});
