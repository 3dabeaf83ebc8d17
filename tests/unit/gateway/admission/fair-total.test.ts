import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FairTotal } from "../../../../gateway/admission/fair-total.ts";

/** 640 in a second: half of that for 64 peers is 5 each. */
const perSecond = 640;
const guaranteed = 5;

const open = () => {
  const time = { nowMs: 0 };
  return { time, total: new FairTotal({ perSecond, windowMs: 1000, now: () => time.nowMs }) };
};

/** What each of these peers is granted while each asks for so much a second, evenly, in turns of 10 ms. */
const granted = (asked: readonly number[], seconds: number): readonly number[] => {
  const { time, total } = open();
  const peers = asked.map((each) => ({ each, share: total.share(), due: 0, granted: 0 }));
  for (let turn = 0; turn < seconds * 100; turn++) {
    time.nowMs = turn * 10;
    for (const peer of peers) {
      for (peer.due += peer.each / 100; peer.due >= 1; peer.due--) if (peer.share.take()) peer.granted++;
    }
  }
  return peers.map((peer) => peer.granted / seconds);
};

const times = (count: number, value: number): readonly number[] => Array.from({ length: count }, () => value);
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

describe("a total that is shared fairly", () => {
  it("should refuse nobody as long as all together stay below it", () => {
    const asked = [...times(49, 10), 50];
    expect(granted(asked, 20).map(Math.round)).toEqual(asked);
  });

  it("should leave as much as it gives to a single peer that wants everything", () => {
    const [all = 0] = granted([100_000], 20);
    expect(all).toBeGreaterThan(0.45 * perSecond);
    expect(all).toBeLessThan(0.55 * perSecond);
  });

  it("should give equal parts to all that want too much, and all that it wants to one that wants little", () => {
    const [little = 0, ...greedy] = granted([20, ...times(20, 100), ...times(5, 5000)], 20);
    expect(Math.round(little)).toBe(20);
    expect(Math.max(...greedy)).toBeLessThan(1.3 * Math.min(...greedy));
    expect(sum(greedy) + little).toBeLessThan(1.1 * perSecond);
  });

  it("should limit those that use most first", () => {
    const [loud = 0, ...usual] = granted([2000, ...times(10, 40)], 20);
    expect(usual.map(Math.round)).toEqual(times(10, 40));
    expect(loud).toBeLessThan(150);
  });

  it("should never refuse a peer that uses its guaranteed part, whatever 63 others do", () => {
    const acts = fc.array(fc.record({ who: fc.nat(62), count: fc.integer({ min: 1, max: 400 }), waitMs: fc.nat(50) }), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(acts, (others) => {
        const { time, total } = open();
        const honest = total.share();
        const shares = Array.from({ length: 63 }, () => total.share());
        let askedAtMs = 0;
        for (const { who, count, waitMs } of others) {
          time.nowMs += waitMs;
          shares[who]?.take(count);
          if (time.nowMs - askedAtMs < 1000 / (guaranteed - 1)) continue;
          askedAtMs = time.nowMs;
          expect(honest.take()).toBe(true);
        }
      }),
    );
  });

  it("should never give more than the total and the guaranteed parts of all, in any window", () => {
    const { total } = open();
    let taken = 0;
    for (let who = 0; who < 64; who++) {
      const share = total.share();
      while (share.take()) taken++;
    }
    expect(taken).toBeLessThanOrEqual(1.5 * perSecond);
  });

  it("should be whole again when nobody has used it for a while", () => {
    const { time, total } = open();
    const share = total.share();
    while (share.take());
    expect(share.take()).toBe(false);
    time.nowMs = 10_000;
    expect(share.take(perSecond / 2 - 1)).toBe(true);
  });
});
