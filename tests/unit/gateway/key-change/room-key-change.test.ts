import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import {
  contestMs,
  handOnBurst,
  handOnMs,
  lateAnswerMs,
  minMoveIntervalMs,
  RoomKeyChange,
  type SettledChange,
  settleMs,
} from "../../../../gateway/key-change/room-key-change.ts";
import { type GatewayFrame, type KeyProposal, maxRemoved } from "../../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { seededRandom } from "../../../support/random.ts";

const oldKey = new Uint8Array(16).fill(0x55);
const key = (byte: number): Uint8Array => new Uint8Array(16).fill(byte);
const frame = (byte: number, change: Partial<KeyProposal> = {}): KeyProposal => ({
  roomKey: key(byte),
  by: "b",
  isSettled: false,
  removed: [],
  ...change,
});

interface Sent {
  readonly to: string;
  readonly frame: KeyProposal;
}

/** Member "a" among b, c and d. */
const openChange = ({ lastMoveMs }: { lastMoveMs?: number } = {}) => {
  const time = new FakeTime(50_000);
  const sent: Sent[] = [];
  const settled: SettledChange[] = [];
  let chosen = 0;
  const members = ["b", "c", "d"];
  const change = new RoomKeyChange({
    ownGatewayId: "a",
    roomKey: oldKey,
    lastMoveMs: () => lastMoveMs,
    now: time.now,
    schedule: time.schedule,
    members: () => members,
    held: () => members.filter((id) => id !== "d"),
    send: (to, sentFrame) => sent.push({ to, frame: asKeyProposal(sentFrame) }),
    onChosen: () => chosen++,
    onSettled: (outcome) => settled.push(outcome),
  });
  const told = (): readonly string[] => sent.splice(0).map((one) => `${one.to} ${one.frame.roomKey[0] ?? ""}`);
  return { time, change, members, sent, settled, told, chosen: () => chosen };
};

const asKeyProposal = (sent: GatewayFrame): KeyProposal => {
  if (sent.type !== "keyProposal") throw new Error(`a ${sent.type} is no key proposal`);
  return sent;
};

describe("RoomKeyChange", () => {
  it("should hand its own key to all but the removed, and settle", async () => {
    const { time, change, settled, told } = openChange();
    expect(change.begin(key(3), ["c"])).toBe("begun");
    expect(told()).toEqual(["b 3", "d 3"]);
    expect(change.isRemoved("c")).toBe(true);
    await time.advance(settleMs - 1);
    expect(settled).toEqual([]);
    await time.advance(1);
    expect(settled).toEqual([
      { roomKey: key(3), by: "a", toldBy: "a", removed: ["c"], notRemoved: [], expected: ["b"] },
    ]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should pass on what it takes over, also to the member from which it came, and only once", async () => {
    const { time, change, settled, told } = openChange();
    expect(change.heard("b", frame(3, { removed: ["c"] }))).toBe("chosen");
    expect(told()).toEqual(["b 3", "d 3"]);
    expect(change.heard("d", frame(3, { removed: ["c"] }))).toBe("acknowledged");
    expect(change.heard("b", frame(3, { removed: ["c"] }))).toBe("acknowledged");
    expect(told()).toEqual([]);
    expect(["b", "c", "d"].filter((id) => change.isAwaited(id))).toEqual([]);
    await time.advance(settleMs);
    expect(settled).toEqual([
      { roomKey: key(3), by: "b", toldBy: "b", removed: ["c"], notRemoved: [], expected: ["b"] },
    ]);
  });

  it("should not keep the message that a key came in", () => {
    const { change, sent } = openChange();
    const message = key(3);
    change.heard("b", { ...frame(3), roomKey: message });
    message.fill(0xff);
    expect(sent.map(({ frame: { roomKey } }) => roomKey)).toEqual([key(3), key(3), key(3)]);
  });

  it("should wait for members that have not acknowledged the key", () => {
    const { change } = openChange();
    change.begin(key(3), ["c"]);
    expect(["b", "c", "d", "x"].filter((id) => change.isAwaited(id))).toEqual(["b", "d"]);
    change.heard("d", frame(3, { by: "a" }));
    expect(["b", "c", "d", "x"].filter((id) => change.isAwaited(id))).toEqual(["b"]);
  });

  it("should take over the lower of two keys in either order, and say which member it did not remove", async () => {
    for (const [mine, theirs] of [
      [3, 2],
      [2, 3],
    ] as const) {
      const { time, change, settled, told } = openChange();
      change.begin(key(mine), ["c"]);
      told();
      expect(change.heard("b", frame(theirs, { removed: ["d"] }))).toBe(theirs < mine ? "chosen" : "outbid");
      expect(told()).toEqual(theirs < mine ? ["b 2", "c 2"] : []);
      await time.advance(settleMs);
      expect(settled.map(({ roomKey, notRemoved }) => [roomKey[0], notRemoved])).toEqual([
        [2, theirs < mine ? ["c"] : []],
      ]);
    }
  });

  it("should begin no second change while one is underway", () => {
    const { change, told } = openChange();
    change.heard("b", frame(3));
    told();
    expect(change.begin(key(1), ["d"])).toBe("underway");
    expect(told()).toEqual([]);
    expect(change.isRemoved("d")).toBe(false);
  });

  it("should ignore the present key, one that removes itself, and after a while the frames of a removed member", async () => {
    const { time, change, told, chosen } = openChange();
    expect(change.heard("b", { ...frame(0), roomKey: oldKey })).toBe("present");
    expect(change.heard("b", frame(1, { removed: ["a"] }))).toBe("not-for-us");
    expect(change.isUnderway).toBe(false);
    change.begin(key(3), ["c"]);
    await time.advance(contestMs - 1);
    expect(change.heard("c", frame(2, { by: "c", removed: ["d"] }))).toBe("chosen"); // Both pressed at the same moment.
    change.heard("c", frame(1, { removed: ["c"] }));
    told();
    await time.advance(1);
    expect(change.heard("c", frame(0, { by: "c" }))).toBe("by-a-removed");
    expect(told()).toEqual([]);
    expect(chosen()).toBe(3);
  });

  it("should give no key to a member that came after it heard of the change, nor take one from it", () => {
    const { change, members, told } = openChange();
    change.begin(key(3), []);
    told();
    members.push("x");
    change.connected("x");
    expect(change.heard("x", frame(1))).toBe("newcomer");
    expect(told()).toEqual([]);
    change.connected("d"); // Was there, and has lost its channel meanwhile.
    expect(told()).toEqual(["d 3"]);
  });

  it("should take every lower key of whomever, but not hand each of them on, only the last within a while", async () => {
    const { time, change, told } = openChange();
    const count = 80;
    const hearings = Array.from({ length: count }, (_, i) => change.heard("b", frame(count - i)));
    expect(hearings).toEqual(Array(count).fill("chosen"));
    expect(told()).toHaveLength(3 * handOnBurst);
    await time.advance(handOnMs - 1);
    expect(told()).toEqual([]);
    await time.advance(1);
    expect(told()).toEqual(["b 1", "c 1", "d 1"]);
    await time.advance(handOnMs);
    expect(told()).toEqual([]); // There is nothing new.
    expect(change.heard("d", frame(0))).toBe("chosen");
    expect(told()).toEqual(["b 0", "c 0", "d 0"]);
  });

  it("should keep nobody waiting for what it has settled on", async () => {
    const { time, change, settled, told } = openChange();
    change.heard("b", frame(250));
    await time.advance(settleMs - 1);
    for (let byte = 200; byte > 100; byte--) change.heard("b", frame(byte));
    told();
    await time.advance(1);
    expect(settled.map(({ roomKey }) => roomKey[0])).toEqual([101]);
    expect(told()).toEqual(["b 101", "c 101", "d 101"]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should answer a member that comes late with one key after another, but only once in a while", async () => {
    const { time, change, told } = openChange();
    change.begin(key(3), []);
    await time.advance(settleMs);
    told();
    for (let byte = 80; byte > 30; byte--) expect(change.heard("b", frame(byte))).toBe("late");
    expect(change.heard("d", frame(1))).toBe("late");
    expect(told()).toEqual(["b 3", "d 3"]);
    await time.advance(lateAnswerMs);
    change.heard("b", frame(1));
    expect(told()).toEqual(["b 3"]);
  });

  it("should move no more often than it may, and take lower keys as long as it waits", async () => {
    const { time, change, settled } = openChange({ lastMoveMs: 50_000 - 1_000 });
    change.heard("b", frame(3));
    await time.advance(minMoveIntervalMs - 1_001);
    expect(settled).toEqual([]);
    change.heard("d", frame(2));
    await time.advance(1);
    expect(settled.map(({ roomKey }) => roomKey[0])).toEqual([2]);
  });

  it("should stay with its key once it has settled, and send it to a member that comes late with another", async () => {
    const { time, change, settled, sent } = openChange();
    change.begin(key(3), ["c"]);
    await time.advance(settleMs);
    sent.length = 0;
    expect(change.heard("b", frame(1))).toBe("late");
    expect(sent).toEqual([
      { to: "b", frame: { type: "keyProposal", ...frame(3, { by: "a", removed: ["c"], isSettled: true }) } },
    ]);
    expect(change.heard("c", frame(1))).toBe("by-a-removed");
    expect(sent).toHaveLength(1);
    expect(settled).toHaveLength(1);
  });

  it("should follow a settled key although its own is lower, and let others know", async () => {
    const { time, change, settled, sent } = openChange();
    change.begin(key(1), []);
    sent.length = 0;
    expect(change.heard("b", frame(3, { isSettled: true }))).toBe("chosen");
    expect(sent.map(({ frame: { isSettled } }) => isSettled)).toEqual([true, true, true]);
    expect(change.heard("d", frame(2))).toBe("outbid");
    await time.advance(settleMs);
    expect(settled.map(({ roomKey }) => roomKey[0])).toEqual([3]);
  });

  it("should never settle after it was closed", async () => {
    const { time, change, settled } = openChange();
    change.begin(key(1), []);
    change.close();
    await time.advance(settleMs);
    expect(settled).toEqual([]);
  });
});

/** Rooms of members between whom frames take their time and overtake each other. */
describe("RoomKeyChange in a whole room", () => {
  interface Simulated {
    readonly id: string;
    readonly change: RoomKeyChange;
    readonly settled: SettledChange[];
  }

  interface Start {
    readonly by: number;
    readonly atMs: number;
    readonly removed: readonly number[];
  }

  /** A frame of a member that keeps to no rule: with any identity, to any member, with any content. */
  interface Lie extends Start {
    readonly to: number;
    readonly byte: number;
    readonly isSettled: boolean;
  }

  interface Circumstances {
    readonly lies?: readonly Lie[];
    /** Identities of liars, to which everybody is connected; their places are those above `size`. */
    readonly liars?: number;
    readonly isCut?: (a: number, b: number) => boolean;
  }

  const size = 6;
  const longestWayMs = 300;

  const simulate = async (
    seed: number,
    starts: readonly Start[],
    { lies = [], liars = 0, isCut = () => false }: Circumstances = {},
  ): Promise<readonly Simulated[]> => {
    const time = new FakeTime();
    const random = seededRandom(seed);
    const idOf = (place: number): string => `${place}`.padStart(2, "0");
    const deliver = (from: number, to: number, frame: KeyProposal): void =>
      void time.schedule(random() * longestWayMs, () => room[to]?.change.heard(idOf(from), frame));
    const room: Simulated[] = Array.from({ length: size }, (_, place) => {
      const settled: SettledChange[] = [];
      const held = (other: number): boolean => other !== place && !isCut(place, other);
      const members = (): readonly string[] =>
        Array.from({ length: size + liars }, (_, other) => other)
          .filter(held)
          .map(idOf);
      const change = new RoomKeyChange({
        ownGatewayId: idOf(place),
        roomKey: oldKey,
        lastMoveMs: () => undefined,
        now: time.now,
        schedule: time.schedule,
        members,
        held: members,
        send: (to, sent) => {
          if (held(Number(to))) deliver(place, Number(to), asKeyProposal(sent));
        },
        onChosen: () => undefined,
        onSettled: (outcome) => settled.push(outcome),
      });
      return { id: idOf(place), change, settled };
    });
    for (const { by, atMs, removed } of starts) {
      time.schedule(atMs, () => {
        const roomKey = Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
        room[by]?.change.begin(roomKey, removed.map(idOf));
      });
    }
    for (const { by, to, atMs, byte, isSettled, removed } of lies) {
      const lie = frame(byte, { by: idOf(to), isSettled, removed: removed.map(idOf) });
      time.schedule(atMs, () => deliver(size + by, to, lie));
    }
    await time.advance(20_000);
    return room;
  };

  const keysOf = ({ settled }: Simulated): readonly string[] => settled.map(({ roomKey }) => toHex(roomKey));

  /** There is a key that all have but the members that it removes, and they have not. */
  const hasCommonKey = (room: readonly Simulated[]): boolean => {
    const isCommon = ({ roomKey, removed }: SettledChange): boolean =>
      room.every((member) => keysOf(member).includes(toHex(roomKey)) !== removed.includes(member.id));
    return room.flatMap(({ settled }) => settled).some(isCommon);
  };

  const place = fc.nat(size - 1);
  const start: fc.Arbitrary<Start> = fc.record({
    by: place,
    atMs: fc.nat(300),
    removed: fc.uniqueArray(place, { maxLength: maxRemoved }),
  });
  const liars = 3;
  /**
   * What one key says about the removed member, be it honest or a liar, depends on the key alone; low bytes are most
   * often lower than what others make.
   */
  const lieUntil = (latestMs: number): fc.Arbitrary<Lie> =>
    fc
      .record({
        by: fc.nat(liars - 1),
        to: place,
        atMs: fc.nat(latestMs),
        byte: fc.integer({ min: 0, max: 120 }).filter((byte) => byte !== oldKey[0]),
        isSettled: fc.boolean(),
      })
      .map((lie) => ({ ...lie, removed: removedBy(lie.byte) }));
  const removedBy = (byte: number): readonly number[] => {
    if (byte % 5 === 0) return [byte % size];
    return byte % 5 === 1 ? [size + (byte % liars)] : [];
  };

  it("should bring all to one key, except the members that it removes, whichever begin and when", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(start, { minLength: 1, maxLength: 4 }), async (seed, starts) => {
        const room = await simulate(seed, starts);
        expect(room.every(({ settled }) => settled.length <= 1)).toBe(true);
        expect(hasCommonKey(room)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it("should do so also when one gives a different key to each, as long as they can be passed on before anybody settles", async () => {
    const inTimeMs = settleMs - handOnMs - 2 * longestWayMs;
    const lies = fc.array(lieUntil(inTimeMs), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(start, { maxLength: 3 }), lies, async (seed, starts, told) => {
        // The first member decides when the first of them settles.
        const room = await simulate(seed, [{ by: 0, atMs: 0, removed: [] }, ...starts], { lies: told, liars });
        expect(room.every(({ settled }) => settled.length <= 1)).toBe(true);
        expect(hasCommonKey(room)).toBe(true);
      }),
      {
        numRuns: 60,
        // A member that a key removes for a while passes on the lowest, before another key lets it stay.
        examples: [
          [
            45_624_112,
            [],
            [
              { by: 0, to: 0, atMs: 956, byte: 7, isSettled: false, removed: [] },
              { by: 0, to: 0, atMs: 905, byte: 0, isSettled: false, removed: [0] },
              { by: 0, to: 5, atMs: 904, byte: 6, isSettled: false, removed: [] },
              { by: 0, to: 0, atMs: 0, byte: 0, isSettled: false, removed: [0] },
              { by: 0, to: 0, atMs: 0, byte: 95, isSettled: false, removed: [5] },
            ],
          ],
        ],
      },
    );
  });

  it.each([
    ["not settled", false],
    ["settled", true],
  ])("should lose no more than one when a member gives each a key that removes the next: %s", async (_, isSettled) => {
    const lies = Array.from({ length: size }, (_, to) => ({
      by: 0,
      to,
      atMs: 0,
      byte: 16 + to,
      isSettled,
      removed: [(to + 1) % size],
    }));
    const room = await simulate(1, [], { lies, liars: 1 });
    expect(hasCommonKey(room)).toBe(true);
    for (const { settled } of room)
      for (const { expected } of settled) expect(expected.length).toBeGreaterThanOrEqual(size - 2);
  });

  it("should come to one key when a member sends ever lower ones to one of them alone", async () => {
    for (const [starts, identities] of [
      [[], 1],
      [[{ by: 0, atMs: 0, removed: [size] }], 1],
      [[], 2],
    ] as const) {
      const lies = Array.from({ length: 25 }, (_, nth) => ({
        by: nth % identities,
        to: 0,
        atMs: 100 + 45 * nth,
        byte: 40 - nth,
        isSettled: false,
        removed: [],
      }));
      for (let seed = 1; seed <= 10; seed++)
        expect(hasCommonKey(await simulate(seed, starts, { lies, liars: identities }))).toBe(true);
    }
  });

  it("should expect every member that it can lose by a key that comes too late to be passed on", async () => {
    let divided = 0;
    const lies = fc.array(lieUntil(2 * settleMs), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(start, { maxLength: 2 }), lies, async (seed, starts, told) => {
        const room = await simulate(seed, starts, { lies: told, liars });
        expect(room.every(({ settled }) => settled.length <= 1)).toBe(true);
        for (const { id, settled } of room) {
          for (const { roomKey, removed, expected } of settled) {
            const lost = room.filter((other) => other.id !== id && !keysOf(other).includes(toHex(roomKey)));
            divided += lost.length;
            for (const other of lost) expect([...removed, ...expected]).toContain(other.id);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(divided).toBeGreaterThan(0);
  });

  it("should reach a member without a channel to the one that begins", async () => {
    const room = await simulate(1, [{ by: 0, atMs: 0, removed: [2] }], {
      isCut: (a, b) => Math.min(a, b) === 0 && Math.max(a, b) > 2,
    });
    expect(room.map(({ settled }) => settled.map(({ by }) => by))).toEqual([
      ["00"],
      ["00"],
      [],
      ["00"],
      ["00"],
      ["00"],
    ]);
    expect(room[4]?.settled[0]?.toldBy).not.toBe("00");
  });
});
