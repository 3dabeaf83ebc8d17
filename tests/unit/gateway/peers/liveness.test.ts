import { describe, expect, it } from "vitest";
import { sleepGapMs } from "../../../../gateway/basics/wake-detector.ts";
import {
  asleepAfterMs,
  dropAfterMs,
  Liveness,
  pingAfterSilenceMs,
  pingEveryMs,
} from "../../../../gateway/peers/liveness.ts";

/** Ticks every second; what it did, by the second. `heardAt` says when something arrives. */
const run = (liveness: Liveness, fromS: number, toS: number, heardAt: (second: number) => boolean = () => false) => {
  const actions: [number, string][] = [];
  for (let second = fromS; second <= toS; second++) {
    if (heardAt(second)) {
      const woken = liveness.heard(second * 1000);
      if (woken !== undefined) actions.push([second, woken]);
    }
    const action = liveness.tick(second * 1000);
    if (action !== undefined) actions.push([second, action]);
  }
  return actions;
};

describe("liveness", () => {
  it("should ping only for the clock as long as the peer is heard", () => {
    expect(run(new Liveness(0), 1, 35, () => true)).toEqual([
      [pingEveryMs / 1000, "ping"],
      [(2 * pingEveryMs) / 1000, "ping"],
      [(3 * pingEveryMs) / 1000, "ping"],
    ]);
  });

  it("should go from silence to ping, asleep and drop", () => {
    const actions = run(new Liveness(0), 1, 61);
    expect(actions.slice(0, 3)).toEqual([
      [pingAfterSilenceMs / 1000, "ping"],
      [asleepAfterMs / 1000, "asleep"],
      [asleepAfterMs / 1000 + 1, "ping"],
    ]);
    expect(actions.filter(([, action]) => action === "asleep")).toHaveLength(1);
    expect(actions.at(-1)).toEqual([dropAfterMs / 1000 + 1, "drop"]);
    expect(actions.filter(([, action]) => action === "drop").map(([second]) => second)).toEqual([60, 61]);
  });

  it("should keep pinging a peer that sleeps, and see it wake and fall asleep again", () => {
    const actions = run(new Liveness(0), 1, 40, (second) => second === 20);
    expect(actions.filter(([, action]) => action !== "ping")).toEqual([
      [8, "asleep"],
      [20, "awake"],
      [28, "asleep"],
    ]);
    const pings = actions.filter(([second, action]) => action === "ping" && second < 20);
    expect(pings.map(([second]) => second)).toEqual([4, 9, 13, 17]);
  });

  it("should not take its own sleep for the peers' silence", () => {
    const liveness = new Liveness(0);
    expect(run(liveness, 1, 3)).toEqual([]);
    const wokeAtS = 3 + 10 * (dropAfterMs / 1000);
    expect(liveness.tick(wokeAtS * 1000)).toBe("asleep"); // 3 s of silence before, and 5 s that it cannot distinguish from a late timer.
    expect(run(liveness, wokeAtS + 1, wokeAtS + 51).filter(([, action]) => action === "drop")).toEqual([]);
    expect(liveness.tick((wokeAtS + 52) * 1000)).toBe("drop");
  });

  it("should still drop a silent peer when this page's timers run once a minute", () => {
    const liveness = new Liveness(0);
    const ticks = Array.from({ length: 15 }, (_, minute) => liveness.tick((minute + 1) * 60_000));
    expect(ticks).toContain("drop");
    expect(ticks.indexOf("drop")).toBe(Math.ceil(dropAfterMs / sleepGapMs) - 1);
  });
});
