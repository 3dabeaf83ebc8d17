import { beforeEach, describe, expect, it } from "vitest";
import { maxRecentOutcomes, RecentOutcomes, recentMs } from "../../../../gateway/statistics/recent-outcomes.ts";

const none = { written: 0, superseded: 0, expired: 0, failed: 0 };

describe("recent outcomes", () => {
  let nowMs: number;
  let recent: RecentOutcomes;

  beforeEach(() => {
    nowMs = 0;
    recent = new RecentOutcomes(() => nowMs);
  });

  it("should count each outcome by its kind", () => {
    expect(recent.counts()).toEqual(none);
    recent.add("written");
    recent.add("written");
    recent.add("failed");
    expect(recent.counts()).toEqual({ ...none, written: 2, failed: 1 });
  });

  it("should keep the last ones only, however many came before", () => {
    for (let i = 0; i < 300; i++) recent.add("expired");
    expect(recent.counts()).toEqual({ ...none, expired: maxRecentOutcomes });
    for (let i = 0; i < maxRecentOutcomes - 1; i++) recent.add("written");
    expect(recent.counts()).toEqual({ ...none, expired: 1, written: maxRecentOutcomes - 1 });
    recent.add("written");
    expect(recent.counts()).toEqual({ ...none, written: maxRecentOutcomes });
  });

  it("should forget what is no news any more, though nothing has come since", () => {
    recent.add("expired");
    nowMs = recentMs / 2;
    recent.add("written");
    nowMs = recentMs;
    expect(recent.counts()).toEqual({ ...none, expired: 1, written: 1 });
    nowMs += 1;
    expect(recent.counts()).toEqual({ ...none, written: 1 });
    nowMs += recentMs;
    expect(recent.counts()).toEqual(none);
  });
});
