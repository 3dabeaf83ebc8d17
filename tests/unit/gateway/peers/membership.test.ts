import { describe, expect, it, vi } from "vitest";
import { maxDialsAtOnce, maxDialsPerSecond } from "../../../../gateway/peers/dial-policy.ts";
import { maxNamesPerPeer } from "../../../../gateway/peers/gossip.ts";
import { longHintWaitMs, maxHintDialsAtOnce } from "../../../../gateway/peers/hint-turns.ts";
import { forgetAfterMs, Membership, maxKnownMembers } from "../../../../gateway/peers/membership.ts";
import { DiallingRoom } from "../../../support/dialling-room.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const roomId = "00112233445566778899aabbccddeeff";
const idOf = (n: number): string => `${roomId}-${n.toString(16).padStart(16, "0")}`;
const me = idOf(0x80);
const [lower, higher] = [idOf(0x10), idOf(0xf0)];

/** Without jitter: every delay is the longest that it can be. */
const membership = () => new Membership({ ownSessionId: me, random: () => 1 });

/** The members that it dials now, by either way. */
const next = (book: Membership, nowMs: number): readonly string[] => book.next(nowMs).map(({ sessionId }) => sessionId);

/** The members that it dials in the seconds given, by the second. */
const dialsBySecond = (book: Membership, fromS: number, toS: number) => {
  const dials: [number, string][] = [];
  for (let second = fromS; second <= toS; second++)
    for (const id of next(book, second * 1000)) dials.push([second, id]);
  return dials;
};

describe("membership, one gateway", () => {
  it("should dial at once the members before it in its first list, and nobody else", () => {
    const book = membership();
    book.serverListed([higher, lower, me, idOf(0x90)], 0);
    expect(next(book, 0)).toEqual([higher, lower]);
  });

  it("should dial everyone in a list that was made before it came", () => {
    const book = membership();
    book.serverListed([idOf(1), idOf(2)], 0);
    expect(next(book, 0)).toEqual([idOf(1), idOf(2)]);
  });

  it("should leave 8 s to a later lower one and take its own turn after 16 s, or after 8 s when it is the lower", () => {
    const book = membership();
    book.serverListed([me, lower, higher], 0);
    expect(dialsBySecond(book, 0, 20)).toEqual([
      [8, higher],
      [16, lower],
    ]);
  });

  it("should not dial a member that dialled it meanwhile", () => {
    const book = membership();
    book.serverListed([me, lower, higher], 0);
    book.connected(lower, 1_000);
    book.connected(higher, 2_000);
    expect(dialsBySecond(book, 0, 60)).toEqual([]);
  });

  it("should dial again after a second when it is the lower of a lost pair, else after 8 s", () => {
    const book = membership();
    book.serverListed([me], 0);
    for (const id of [lower, higher]) book.connected(id, 0);
    for (const id of [lower, higher]) book.lost(id, 10_000);
    expect(dialsBySecond(book, 10, 30)).toEqual([
      [11, higher],
      [18, lower],
    ]);
  });

  it("should try again after 1, 2, 4, 8, 16, 20 and 20 s, and from the beginning once it was connected", () => {
    const book = membership();
    book.serverListed([higher], 0);
    book.connected(lower, 0);
    book.peerNamed(lower, [higher], 0);
    const dialledAtS: number[] = [];
    const failAlways = (fromS: number, toS: number) => {
      for (let second = fromS; second <= toS; second++) {
        for (const id of next(book, second * 1000)) {
          dialledAtS.push(second);
          book.failed(id, second * 1000);
        }
      }
    };
    failAlways(0, 100);
    expect(dialledAtS).toEqual([0, 1, 3, 7, 15, 31, 51, 71, 91]);
    book.connected(higher, 101_000);
    book.lost(higher, 102_000);
    dialledAtS.length = 0;
    failAlways(102, 110);
    expect(dialledAtS).toEqual([103, 104, 106, 110]);
  });

  it("should dial at most four at once and eight in a second", () => {
    const book = membership();
    book.serverListed(
      Array.from({ length: 30 }, (_, n) => idOf(n)),
      0,
    );
    const first = next(book, 0);
    expect(first).toHaveLength(maxDialsAtOnce);
    expect(next(book, 1)).toEqual([]);
    for (const id of first) book.connected(id, 2);
    const second = next(book, 2);
    expect(second).toHaveLength(maxDialsPerSecond - maxDialsAtOnce);
    for (const id of second) book.failed(id, 3);
    expect(next(book, 3)).toEqual([]);
    expect(next(book, 1_000)).toHaveLength(maxDialsAtOnce);
  });

  it("should dial nobody while the server is away and nobody names anybody, and give everybody a turn again when it is back", () => {
    const book = membership();
    expect(next(book, 0)).toEqual([]);
    book.serverListed([me, lower, higher], 0);
    book.serverAway();
    expect(dialsBySecond(book, 0, 60)).toEqual([]);
    book.serverListed([lower, me, higher], 60_000);
    expect(dialsBySecond(book, 60, 80)).toEqual([
      [60, lower],
      [68, higher],
    ]);
  });

  it("should dial a member that a connected peer names, and take no names from others", () => {
    const book = membership();
    book.serverListed([me], 0);
    book.peerNamed(lower, [higher], 0);
    expect(book.stateOf(higher)).toBeUndefined();
    book.connected(lower, 0);
    book.peerNamed(lower, [higher, me], 0);
    expect(dialsBySecond(book, 0, 60)).toEqual([[8, higher]]);
  });

  it("should dial through the peers that name the missing one while the server is away, one after the other", () => {
    const book = membership();
    const neighbours = [idOf(0x20), idOf(0x40), idOf(0xf8)];
    book.serverListed([me, higher], 0);
    for (const id of [...neighbours, higher]) book.connected(id, 0);
    for (const id of neighbours) book.peerNamed(id, [higher], 0);
    book.serverAway();
    book.lost(higher, 1_000);
    const through: (string | undefined)[] = [];
    for (let second = 1; second <= 60; second++) {
      for (const { sessionId, way } of book.next(second * 1000)) {
        expect(sessionId).toBe(higher);
        through.push(way.kind === "neighbour" ? way.sessionId : undefined);
        book.failed(sessionId, second * 1000);
      }
    }
    // From the missing one's id on, and round.
    const [a, b, c] = [idOf(0xf8), idOf(0x20), idOf(0x40)];
    expect(through).toEqual([a, b, c, a, b, c, a]);
  });

  it("should take a neighbour when a dial by the server has failed, and the server again after it", () => {
    const book = membership();
    book.serverListed([higher], 0);
    book.connected(lower, 0);
    book.peerNamed(lower, [higher], 0);
    const ways: string[] = [];
    for (let second = 0; second <= 10; second++) {
      for (const { sessionId, way } of book.next(second * 1000)) {
        ways.push(way.kind);
        book.failed(sessionId, second * 1000);
      }
    }
    expect(ways).toEqual(["server", "neighbour", "server", "neighbour"]);
  });

  it("should not dial through a peer that is lost or has left, nor one that no longer names the missing one", () => {
    const book = membership();
    const [gone, left, silent] = [idOf(0x20), idOf(0x40), idOf(0x60)];
    book.serverListed([me, higher], 0);
    for (const id of [gone, left, silent, higher]) book.connected(id, 0);
    for (const id of [gone, left, silent]) book.peerNamed(id, [higher], 0);
    book.serverAway();
    book.lost(higher, 1_000);
    book.lost(gone, 1_000);
    book.left(left, 1_000);
    book.peerNamed(silent, [], 1_000);
    expect(dialsBySecond(book, 1, 30)).toEqual([]);
  });

  it("should not dial through a neighbour that said goodbye, whatever is named", () => {
    const book = membership();
    book.serverListed([me], 0);
    for (const id of [lower, higher]) book.connected(id, 0);
    book.peerNamed(lower, [higher], 0);
    book.serverAway();
    book.left(higher, 1_000);
    expect(dialsBySecond(book, 1, 60)).toEqual([]);
  });

  it("should know nothing of names that are not of this room", () => {
    const book = membership();
    const foreign = ["", "__proto__", `${roomId}-xyz`, `${"f".repeat(32)}-0000000000000001`, me];
    book.serverListed(foreign, 0);
    expect(foreign.map((id) => book.stateOf(id))).toEqual(foreign.map(() => undefined));
    expect(dialsBySecond(book, 0, 60)).toEqual([]);
  });

  it("should forget a member that nobody has named for a minute, but not one that it is connected to", () => {
    const book = membership();
    book.serverListed([me, lower, higher, idOf(0x90)], 0);
    book.connected(lower, 0);
    book.connected(idOf(0x90), 0);
    book.peerNamed(lower, [idOf(0x90)], 0);
    book.serverListed([me], 1_000);
    book.next(1_000 + forgetAfterMs - 1);
    expect(book.stateOf(higher)).toBe("dialling");
    book.failed(higher, 1_000 + forgetAfterMs);
    book.next(1_000 + forgetAfterMs);
    expect([lower, higher, idOf(0x90)].map((id) => book.stateOf(id))).toEqual(["connected", undefined, "connected"]);
    book.lost(lower, 100_000);
    expect(next(book, 102_000 + 8_000)).toEqual([lower]);
  });

  it("should not dial a member that said goodbye, whatever others still say", () => {
    const book = membership();
    book.serverListed([me, lower, higher], 0);
    for (const id of [lower, higher]) book.connected(id, 0);
    book.left(higher, 1_000);
    book.peerNamed(lower, [higher], 2_000);
    expect(dialsBySecond(book, 0, 120)).toEqual([]);
    book.connected(higher, 121_000);
    expect(book.stateOf(higher)).toBe("connected");
  });

  it("should not dial a member before it may, whatever becomes of that member meanwhile", () => {
    const book = membership();
    book.serverListed([lower, me, higher], 0);
    for (const id of [lower, higher]) book.connected(id, 0);
    book.holdOff(lower, 40_000);
    book.lost(lower, 1_000);
    book.serverAway();
    book.serverListed([lower, me, higher], 2_000);
    expect(next(book, 39_999)).toEqual([]);
    expect(next(book, 40_000)).toEqual([lower]);
    book.holdOff(higher, 90_000);
    book.lost(higher, 41_000);
    book.connected(higher, 42_000); // It may come by itself.
    expect(book.stateOf(higher)).toBe("connected");
  });

  it("should stay bounded, and let the server's word count before a peer's", () => {
    const book = membership();
    book.serverListed([me, lower], 0);
    book.connected(lower, 0);
    const invented = Array.from({ length: 1_000 }, (_, n) => idOf(0x1000 + n));
    book.peerNamed(lower, invented, 0);
    expect(invented.filter((id) => book.stateOf(id) !== undefined)).toHaveLength(maxNamesPerPeer);
    book.serverListed([me, lower, higher], 1_000);
    expect(book.stateOf(higher)).toBe("missing");
    expect(book.stateOf(lower)).toBe("connected");
    expect(next(book, 20_000)[0]).toBe(higher);
  });
});

describe("membership, hints", () => {
  /** Invented by the liar: nobody is there. */
  const madeUp = (liar: number): readonly string[] =>
    Array.from({ length: maxKnownMembers }, (_, n) => idOf(0x10000 * (liar + 1) + n));
  const isMadeUp = (sessionId: string): boolean => Number.parseInt(sessionId.slice(-16), 16) >= 0x10000;
  const liarIds = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => idOf(0x1000 + n));

  /** All of them are connected, and name 128 members that are not there. */
  const amongLiars = (count: number): Membership => {
    const book = membership();
    book.serverListed([me], 0);
    for (const [liar, id] of liarIds(count).entries()) {
      book.connected(id, 0);
      book.peerNamed(id, madeUp(liar), 0);
    }
    return book;
  };

  /**
   * What becomes of all that is dialled: a dial to an invented member runs out of time, after 6 s; the others answer
   * within one.
   */
  const run = (book: Membership, fromS: number, toS: number, underway = new Map<string, number>()) => {
    const connectedAtS = new Map<string, number>();
    let mostMadeUp = 0;
    for (let second = fromS; second <= toS; second++) {
      for (const [id, sinceS] of underway) {
        const isOver = second - sinceS >= (isMadeUp(id) ? 6 : 1);
        if (!isOver) continue;
        underway.delete(id);
        if (isMadeUp(id)) {
          book.failed(id, second * 1000);
          continue;
        }
        book.connected(id, second * 1000);
        connectedAtS.set(id, second);
      }
      for (const id of next(book, second * 1000)) underway.set(id, second);
      mostMadeUp = Math.max(mostMadeUp, [...underway.keys()].filter(isMadeUp).length);
    }
    return { connectedAtS, mostMadeUp };
  };

  it("should give one peer that makes members up one dial at once, however many it names", () => {
    expect(run(amongLiars(1), 0, 300).mostMadeUp).toBe(1);
  });

  it("should leave half of the dials to members that the server lists, however many peers invent members", () => {
    const book = amongLiars(40);
    const underway = new Map<string, number>();
    expect(run(book, 0, 100, underway).mostMadeUp).toBe(maxHintDialsAtOnce);
    book.serverListed([me, higher], 100_000);
    expect(run(book, 101, 120, underway).connectedAtS.get(higher)).toBe(109);
  });

  it("should dial at once a member that it lost, though peers invent members", () => {
    const book = amongLiars(40);
    book.connected(higher, 0);
    const underway = new Map<string, number>();
    run(book, 1, 60, underway);
    book.lost(higher, 61_000);
    book.peerNamed(liarIds(40)[0] ?? "", [...madeUp(0).slice(0, 10), higher], 61_000);
    expect(run(book, 61, 70, underway).connectedAtS.get(higher)).toBe(63);
  });

  it("should let the hints of each peer have their turn, and find a real member among invented ones", () => {
    const book = amongLiars(3);
    const underway = new Map<string, number>();
    run(book, 1, 60, underway);
    book.connected(lower, 60_000);
    const there = [idOf(0xa1), idOf(0xa2), idOf(0xa3)];
    book.peerNamed(lower, there, 60_000);
    const { connectedAtS } = run(book, 61, 80, underway);
    expect([...connectedAtS.keys()]).toEqual(there);
  });

  it("should wait long before it dials a hint that has failed twice, and not when the server lists it", () => {
    const book = membership();
    book.serverListed([me], 0);
    book.connected(lower, 0);
    book.peerNamed(lower, [higher], 0);
    const dialledAtS: number[] = [];
    for (let second = 0; second <= 200; second++) {
      for (const id of next(book, second * 1000)) {
        dialledAtS.push(second);
        book.failed(id, second * 1000);
      }
    }
    expect(dialledAtS).toEqual([8, 9, 9 + longHintWaitMs / 1000]);
    book.serverListed([me, higher], 201_000);
    expect(dialsBySecond(book, 201, 220)).toEqual([[209, higher]]);
  });

  it("should take a new list without looking at the lists of all others", () => {
    const changes = (liars: number): number => {
      const book = amongLiars(liars);
      const add = vi.spyOn(Set.prototype, "add");
      for (let nth = 0; nth < 10; nth++) book.peerNamed(liarIds(liars)[0] ?? "", madeUp(100 + nth), 1_000);
      const { length } = add.mock.calls;
      add.mockRestore();
      return length;
    };
    expect(changes(60)).toBe(changes(1));
  });
});

const sizes = [10, 25];

const joined = async (size: number, seed: number, pauseMs = 0, options: { failing?: number } = {}) => {
  const time = new FakeTime();
  const room = new DiallingRoom({ time, seed, ...options });
  for (let n = 0; n < size; n++) {
    room.join();
    await time.advance(pauseMs);
  }
  const tookMs = await room.untilWhole(60_000);
  return { time, room, tookMs };
};

/** Fake time, but a busy machine takes its own for it. */
const patience = { timeout: 30_000 };

describe.each(sizes)("membership, %i gateways", patience, (size) => {
  it("should become a full mesh with one dial a pair when all come at once", async () => {
    const { room, tookMs } = await joined(size, 1);
    expect(room.isWhole()).toBe(true);
    expect(room.dials).toHaveLength((size * (size - 1)) / 2);
    expect(room.glares).toBe(0);
    expect(tookMs).toBeLessThan(15_000);
    expect(room.mostDialsPerSecond()).toBeLessThanOrEqual(maxDialsPerSecond);
    expect(Math.max(...room.pages.map((page) => page.mostDialsAtOnce))).toBeLessThanOrEqual(maxDialsAtOnce);
  });

  it("should stay one when they come one by one", async () => {
    const { room, tookMs } = await joined(size, 2, 3_000);
    expect(room.isWhole()).toBe(true);
    expect(room.dials).toHaveLength((size * (size - 1)) / 2);
    expect(room.glares).toBe(0);
    expect(tookMs).toBeLessThan(15_000);
  });

  it("should be whole within 30 s though one dial in ten fails", async () => {
    const { room, tookMs } = await joined(size, 3, 0, { failing: 0.1 });
    expect(room.isWhole()).toBe(true);
    expect(tookMs).toBeLessThan(30_000);
  });

  it.each(["both", "first"] as const)(
    "should be whole again within 30 s after a quarter of the channels broke, noticed by %s",
    async (noticedBy) => {
      const { time, room } = await joined(size, 4);
      await time.advance(20_000);
      for (const a of room.pages) {
        for (const b of room.pages) if (a !== b && room.random() < 0.25) room.breakBetween(a, b, noticedBy);
      }
      expect(room.isWhole()).toBe(false);
      expect(await room.untilWhole(60_000)).toBeLessThan(30_000);
      expect(room.mostDialsPerSecond()).toBeLessThanOrEqual(maxDialsPerSecond);
    },
  );

  it("should heal while the server is gone, within 30 s and the bounds on dials, as far as a neighbour is left", async () => {
    const { time, room } = await joined(size, 5);
    room.serverGone();
    await time.advance(1_000);
    expect(room.isWhole()).toBe(true);
    const [first, second, ...others] = room.pages;
    if (first === undefined || second === undefined) throw new Error("the room has two pages");
    const dialsBefore = room.dials.length;
    for (const other of others) room.breakBetween(first, other, "both");
    expect(await room.untilWhole(60_000)).toBeLessThan(30_000);
    const dials = room.dials.slice(dialsBefore);
    expect(new Set(dials.map(({ way }) => way.kind))).toEqual(new Set(["neighbour"]));
    expect(room.mostDialsPerSecond()).toBeLessThanOrEqual(maxDialsPerSecond);
    expect(Math.max(...room.pages.map((page) => page.mostDialsAtOnce))).toBeLessThanOrEqual(maxDialsAtOnce);
  });

  it("should heal a quarter of its channels while the server is gone, though one dial in ten fails", async () => {
    const { room } = await joined(size, 9, 0, { failing: 0.1 });
    room.serverGone();
    for (const a of room.pages) {
      for (const b of room.pages) if (a !== b && room.random() < 0.25) room.breakBetween(a, b, "both");
    }
    expect(room.isWhole()).toBe(false);
    expect(await room.untilWhole(60_000)).toBeLessThan(30_000);
  });

  it("should wait for the server with a member that no neighbour is connected to, and heal within 30 s after it is back", async () => {
    const { time, room } = await joined(size, 5);
    room.serverGone();
    const [first, ...others] = room.pages;
    if (first === undefined) throw new Error("the room is not empty");
    for (const other of others) room.breakBetween(first, other, "both");
    const newcomer = room.join();
    const dialsBefore = room.dials.length;
    await time.advance(120_000);
    expect(room.dials).toHaveLength(dialsBefore);
    room.serverBack();
    expect(await room.untilWhole(60_000)).toBeLessThan(30_000);
    expect(room.pages).toContain(newcomer);
  });

  it("should take in pages that are reloaded, and stop dialling those that are gone", async () => {
    const { time, room } = await joined(size, 6);
    for (const page of room.pages.slice(0, 3)) {
      room.leave(page);
      room.join();
      await time.advance(500);
    }
    expect(await room.untilWhole(60_000)).toBeLessThan(30_000);
    await time.advance(3 * forgetAfterMs);
    const dialsBefore = room.dials.length;
    await time.advance(forgetAfterMs);
    expect(room.dials.length - dialsBefore).toBe(0);
  });
});
