import { describe, expect, it } from "vitest";
import type { Now, RandomUnit } from "../../../../gateway/basics/runtime.ts";
import {
  boundAt,
  type ClockExchange,
  maxDrift,
  maxPingsInFlight,
  PeerClock,
} from "../../../../gateway/peers/peer-clock.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { seededRandom } from "../../../support/random.ts";

const coarsenessMs = 0.1;

/**
 * A clock as browsers show it, in milliseconds: its own origin, its own pace, coarsened, and with steps as sleep makes
 * them.
 */
class PhoneClock {
  readonly #time: Now;
  readonly #drift: number;
  #originMs: number;

  constructor(time: Now, originMs: number, drift: number) {
    this.#time = time;
    this.#originMs = originMs;
    this.#drift = drift;
  }

  /** What nobody can read. */
  exact(): number {
    return this.#originMs + this.#time() * (1 + this.#drift);
  }

  readonly now: Now = () => Math.floor(this.exact() / coarsenessMs) * coarsenessMs;

  step(ms: number): void {
    this.#originMs += ms;
  }
}

interface Way {
  readonly outMs: (random: RandomUnit) => number;
  readonly backMs: (random: RandomUnit) => number;
  readonly lossShare: number;
}

const pair = (seed: number, myDrift: number, theirDrift: number, way: Way) => {
  const time = new FakeTime();
  const random = seededRandom(seed);
  const mine = new PhoneClock(time.now, 5_000, myDrift);
  const theirs = new PhoneClock(time.now, 9_000_000 * random(), theirDrift);
  const clock = new PeerClock({ now: mine.now });
  const us = (ms: number) => Math.round(ms * 1000);
  const outcomes: string[] = [];

  /** One ping on its way there and back. */
  const exchange = () => {
    const { id } = clock.ping();
    if (random() < way.lossShare) return;
    time.schedule(way.outMs(random), () => {
      const t2Us = us(theirs.now());
      time.schedule(random() * 30, () => {
        const t3Us = us(theirs.now());
        time.schedule(way.backMs(random), () => outcomes.push(clock.pong({ id, t2Us, t3Us })));
      });
    });
  };

  const isTruthInBound = (): boolean => {
    const estimate = clock.estimate();
    if (estimate === undefined) return true;
    return Math.abs(theirs.exact() - mine.exact() - estimate.offsetMs) <= estimate.boundMs;
  };
  return { time, random, mine, theirs, clock, exchange, isTruthInBound, outcomes, us };
};

const ways: Readonly<Record<string, Way>> = {
  "on one network": { outMs: (r) => 1 + 3 * r(), backMs: (r) => 1 + 3 * r(), lossShare: 0 },
  "with a slow way back": { outMs: (r) => 2 + 2 * r(), backMs: (r) => 200 + 300 * r(), lossShare: 0.1 },
  "with a slow way out": { outMs: (r) => 150 + 10 * r(), backMs: () => 0.3, lossShare: 0.1 },
  "with loss and pings that overtake each other": {
    outMs: (r) => (r() < 0.1 ? 12_000 * r() : 5 + 40 * r()),
    backMs: (r) => (r() < 0.1 ? 9_000 * r() : 5 + 40 * r()),
    lossShare: 0.5,
  },
};

describe("peer clock", () => {
  for (const [name, way] of Object.entries(ways)) {
    it.each([
      [100e-6, -100e-6],
      [-100e-6, 100e-6],
      [30e-6, 25e-6],
    ])(`should keep the true offset in its bound ${name}, at paces of %f and %f`, async (myDrift, theirDrift) => {
      const { time, random, exchange, isTruthInBound, clock } = pair(1, myDrift, theirDrift, way);
      for (let round = 0; round < 150; round++) {
        exchange();
        for (let look = 0; look < 3; look++) {
          await time.advance(random() * 6_000);
          expect(isTruthInBound()).toBe(true);
        }
      }
      expect(clock.estimate()).toBeDefined();
    });
  }

  it("should state a bound of half the round trip and little more", async () => {
    const { time, exchange, clock } = pair(2, 0, 0, { outMs: () => 3, backMs: () => 5, lossShare: 0 });
    exchange();
    await time.advance(50);
    const estimate = clock.estimate();
    expect(estimate?.rttMs).toBeCloseTo(8, 0);
    expect(estimate?.boundMs).toBeGreaterThanOrEqual(4);
    expect(estimate?.boundMs).toBeLessThan(4.5);
  });

  it("should rest on the best exchange, until its age makes a newer one better", async () => {
    let delayMs = 1;
    const { time, exchange, clock } = pair(3, 0, 0, { outMs: () => delayMs, backMs: () => delayMs, lossShare: 0 });
    exchange();
    await time.advance(1_000);
    delayMs = 20;
    exchange();
    await time.advance(1_000);
    expect(clock.estimate()?.rttMs).toBeCloseTo(2, 0);
    const boundBefore = clock.estimate()?.boundMs ?? 0;
    await time.advance(60_000);
    expect(clock.estimate()?.boundMs).toBeCloseTo(boundBefore + 60_000 * maxDrift, 3);
    await time.advance(60_000);
    exchange();
    await time.advance(1_000);
    expect(clock.estimate()?.rttMs).toBeCloseTo(40, 0);
  });

  it("should know more from two exchanges than from either, when one was quick there and the other quick back", async () => {
    const [quickMs, slowMs] = [1, 41];
    let outMs = quickMs;
    const { time, exchange, clock, isTruthInBound } = pair(9, 50e-6, -50e-6, {
      outMs: () => outMs,
      backMs: () => quickMs + slowMs - outMs,
      lossShare: 0,
    });
    exchange();
    await time.advance(1_000);
    expect(clock.estimate()?.boundMs).toBeGreaterThan((quickMs + slowMs) / 2);
    outMs = slowMs;
    exchange();
    await time.advance(1_000);
    expect(clock.estimate()?.boundMs).toBeLessThan(quickMs + 1);
    expect(isTruthInBound()).toBe(true);
  });

  it("should allow for the drift while the other kept the ping", () => {
    let mineMs = 0;
    const clock = new PeerClock({ now: () => mineMs });
    const theirsUs = () => mineMs * (1 + maxDrift) * 1000;
    const { id } = clock.ping();
    const t2Us = theirsUs();
    mineMs = 20_000;
    clock.pong({ id, t2Us, t3Us: theirsUs() });
    const { offsetMs = 0, boundMs = 0 } = clock.estimate() ?? {};
    expect(Math.abs(theirsUs() / 1000 - mineMs - offsetMs)).toBeLessThanOrEqual(boundMs);
    expect(boundMs).toBeLessThan(3);
  });

  it("should keep the truth in its bound through a shift of eight hours", async () => {
    const { time, random, exchange, isTruthInBound, clock } = pair(10, 100e-6, -100e-6, {
      outMs: (r) => 1 + 200 * r() ** 4,
      backMs: (r) => 1 + 200 * r() ** 4,
      lossShare: 0.2,
    });
    let worstMs = 0;
    for (let passedMs = 0; passedMs < 8 * 3_600_000; passedMs += 10_000) {
      exchange();
      await time.advance(10_000 * (0.5 + random()));
      expect(isTruthInBound()).toBe(true);
      if (passedMs > 60_000) worstMs = Math.max(worstMs, clock.estimate()?.boundMs ?? 0);
    }
    expect(worstMs).toBeLessThan(30);
  });

  it("should report each exchange with its ways, and each step of a clock once", async () => {
    const exchanges: ClockExchange[] = [];
    let steps = 0;
    const time = new FakeTime();
    let offsetMs = 1_000;
    const clock = new PeerClock({
      now: time.now,
      observer: {
        onRoundTrip: () => undefined,
        onExchange: (exchange) => exchanges.push(exchange),
        onClockStep: () => steps++,
        onClockKnown: () => undefined,
      },
    });
    const exchange = async (): Promise<void> => {
      const { id } = clock.ping();
      await time.advance(20);
      const t2Us = (time.now() + offsetMs) * 1000;
      await time.advance(10);
      clock.pong({ id, t2Us, t3Us: t2Us });
    };
    await exchange();
    expect(exchanges).toMatchObject([{ rttMs: 30 }]);
    const { toPeerMs, fromPeerMs, boundMs } = exchanges[0]?.ways ?? expect.fail("told");
    expect(Math.abs(toPeerMs - 20)).toBeLessThanOrEqual(boundMs);
    expect(Math.abs(fromPeerMs - 10)).toBeLessThanOrEqual(boundMs);
    offsetMs += 500;
    await exchange();
    await exchange();
    expect(steps).toBe(1);
  });

  it("should have no estimate after it is invalidated, until an exchange whose ping left after that", async () => {
    const { time, exchange, clock, mine, isTruthInBound, outcomes } = pair(4, 50e-6, 0, {
      outMs: () => 100,
      backMs: () => 100,
      lossShare: 0,
    });
    exchange();
    await time.advance(1_000);
    exchange();
    await time.advance(50);
    mine.step(-4_000); // This page slept, and its clock stood still.
    clock.invalidate();
    expect(clock.estimate()).toBeUndefined();
    expect(clock.toLocalMs(1)).toBeUndefined();
    await time.advance(1_000);
    expect(outcomes).toEqual(["accepted", "unknown"]);
    expect(clock.estimate()).toBeUndefined();
    exchange();
    await time.advance(1_000);
    expect(clock.estimate()).toBeDefined();
    expect(isTruthInBound()).toBe(true);
  });

  it("should believe a fresh exchange against all earlier ones when the other's clock has stepped, however slow it is", async () => {
    let delayMs = 1;
    const delay = () => delayMs;
    const { time, exchange, theirs, isTruthInBound } = pair(5, 0, 100e-6, {
      outMs: delay,
      backMs: delay,
      lossShare: 0,
    });
    for (const stepMs of [0, -7_000, 3_000, -500]) {
      theirs.step(stepMs);
      delayMs *= 3;
      exchange();
      await time.advance(1_000);
      expect(isTruthInBound()).toBe(true);
      await time.advance(10_000);
      expect(isTruthInBound()).toBe(true);
    }
  });

  it("should distinguish a ping of a stepped clock from one of a clock that goes on", async () => {
    const { time, exchange, theirs, clock, us } = pair(6, 0, 0, { outMs: () => 10, backMs: () => 10, lossShare: 0 });
    expect(clock.judge(0)).toBe("plausible");
    exchange();
    await time.advance(1_000);
    expect(clock.judge(us(theirs.now() - 300))).toBe("plausible");
    expect(clock.judge(us(theirs.now()))).toBe("plausible");
    theirs.step(-5_000);
    expect(clock.judge(us(theirs.now()))).toBe("slow");
    theirs.step(5_100);
    expect(clock.judge(us(theirs.now()))).toBe("impossible");
  });

  it("should say after a doubt whether the other's clock went on, by what was known before it, and rest on what came after", async () => {
    const time = new FakeTime();
    let offsetMs = 1_000;
    let rttMs = 4;
    const told: (readonly [boundMs: number, wentOn: boolean])[] = [];
    let steps = 0;
    const clock = new PeerClock({
      now: time.now,
      observer: {
        onRoundTrip: () => undefined,
        onExchange: () => undefined,
        onClockStep: () => steps++,
        onClockKnown: ({ boundMs }, wentOn) => told.push([Math.round(boundMs), wentOn]),
      },
    });
    const exchange = async (): Promise<void> => {
      const { id } = clock.ping();
      await time.advance(rttMs / 2);
      const t2Us = (time.now() + offsetMs) * 1000;
      await time.advance(rttMs / 2);
      clock.pong({ id, t2Us, t3Us: t2Us });
    };
    await exchange();
    rttMs = 40;
    clock.doubt();
    expect(clock.estimate()).toBeUndefined();
    clock.doubt(); // What was known before the first stands.
    await time.advance(1_000);
    await exchange();
    expect(steps).toBe(0);
    offsetMs -= 3_000;
    clock.doubt();
    await exchange();
    expect(steps).toBe(1);
    clock.doubt();
    clock.invalidate(); // This page slept meanwhile.
    await exchange();
    expect(steps).toBe(1);
    expect(told).toEqual([
      [2, true],
      [20, true],
      [20, false],
      [20, false],
    ]);
  });

  it("should not learn about the clock from the answer to a ping that left before a doubt, but report its round trip", async () => {
    const time = new FakeTime();
    const roundTripsMs: number[] = [];
    const exchanges: ClockExchange[] = [];
    const clock = new PeerClock({
      now: time.now,
      observer: {
        onRoundTrip: (rttMs) => roundTripsMs.push(rttMs),
        onExchange: (exchange) => exchanges.push(exchange),
        onClockStep: () => undefined,
        onClockKnown: () => undefined,
      },
    });
    clock.pong({ id: clock.ping().id, t2Us: 0, t3Us: 0 });
    const { id } = clock.ping();
    await time.advance(2_000);
    clock.doubt();
    expect(clock.pong({ id, t2Us: 0, t3Us: 0 })).toBe("accepted");
    expect(roundTripsMs).toEqual([0, 2_000]);
    expect(exchanges[0]?.ways).toBeDefined();
    expect(exchanges.slice(1)).toEqual([{ id, rttMs: 2_000, ways: undefined }]);
    expect(clock.estimate()).toBeUndefined();
  });

  it("should know less of a time that is further away", async () => {
    const { time, exchange, clock, mine } = pair(11, 0, 0, { outMs: () => 5, backMs: () => 5, lossShare: 0 });
    exchange();
    await time.advance(100);
    const estimate = clock.estimate();
    if (estimate === undefined) throw new Error("nothing is known");
    expect(boundAt(estimate, estimate.atMs)).toBe(estimate.boundMs);
    for (const awayMs of [-10_000, 10_000])
      expect(boundAt(estimate, mine.now() + awayMs) - estimate.boundMs).toBeCloseTo(10_000 * maxDrift, 3);
  });

  it("should translate the peer's time to its own", async () => {
    const { time, exchange, theirs, mine, clock, us } = pair(7, 0, 0, {
      outMs: () => 1,
      backMs: () => 1,
      lossShare: 0,
    });
    exchange();
    await time.advance(100);
    const localMs = clock.toLocalMs(us(theirs.exact())) ?? Number.NaN;
    expect(Math.abs(localMs - mine.exact())).toBeLessThan(clock.estimate()?.boundMs ?? 0);
  });

  it("should refuse pongs that no clock can have made, and count each ping once", async () => {
    const { time, clock, us, mine, outcomes, exchange } = pair(8, 0, 0, {
      outMs: () => 5,
      backMs: () => 5,
      lossShare: 0,
    });
    exchange();
    await time.advance(100);
    expect(outcomes).toEqual(["accepted"]);
    expect(clock.pong({ id: 1, t2Us: 0, t3Us: 0 })).toBe("unknown");
    expect(clock.pong({ id: 99, t2Us: 0, t3Us: 0 })).toBe("unknown");
    for (const [t2Us, t3Us] of [
      [1_000_000, 999_999], // It left before it came.
      [0, us(mine.now())], // The peer kept it longer than it was away.
    ] as const) {
      const { id } = clock.ping();
      await time.advance(10);
      expect(clock.pong({ id, t2Us, t3Us })).toBe("implausible");
    }
  });

  it("should forget pings that are answered too late to be of use", () => {
    const clock = new PeerClock({ now: () => 0 });
    const ids = Array.from({ length: maxPingsInFlight + 1 }, () => clock.ping().id);
    const outcomes = ids.map((id) => clock.pong({ id, t2Us: 0, t3Us: 0 }));
    expect(outcomes).toEqual(["unknown", ...Array(maxPingsInFlight).fill("accepted")]);
  });
});
