import { describe, expect, it } from "vitest";
import type { BandForecast, BatteryForecast } from "../../../../gateway/power/battery-figures.ts";
import { RecentOutcomes } from "../../../../gateway/statistics/recent-outcomes.ts";
import type {
  ClockedDelaySummary,
  PeerFigures,
  StatisticsSnapshot,
} from "../../../../gateway/statistics/statistics-types.ts";
import { aboutVerdict, durationText, verdictOf } from "../../../../gateway/statistics/verdict.ts";
import { allFigures, noPath, peerFigures } from "../../../support/made-up-figures.ts";

const hourMs = 3_600_000;
const delay = (p99Ms: number, boundMs: number): ClockedDelaySummary => ({
  count: 10,
  p50Ms: p99Ms / 2,
  p95Ms: p99Ms,
  p99Ms,
  maxMs: p99Ms,
  boundMs,
});

/** One way to here, and from a band here to a band there. */
const path = (oneWay: ClockedDelaySummary | undefined, probeToProbe?: ClockedDelaySummary) => ({
  oneWay: { ...noPath.oneWay, prompt: { sinceStart: oneWay, lastMinute: oneWay, jitterMs: undefined } },
  probeToProbe: { sinceStart: probeToProbe, lastMinute: probeToProbe },
});

const peer = (summary: ClockedDelaySummary | undefined, state: PeerFigures["state"] = { kind: "connected" }) =>
  peerFigures({ state, ...path(summary) });

const snapshot = (
  peers: readonly PeerFigures[],
  summary: ClockedDelaySummary | undefined,
  probeToProbe?: ClockedDelaySummary,
): StatisticsSnapshot => ({
  atMs: 0,
  elapsedMs: 0,
  peers,
  all: allFigures(path(summary, probeToProbe)),
  probes: [],
  bands: [],
});

type Draining = Extract<BatteryForecast, { kind: "draining" }>;

const draining = (lastsShift: Draining["lastsShift"]): Draining => ({
  kind: "draining",
  levelPercent: 87,
  drainPercentPerHour: { value: 10, plusMinus: 0.5 },
  powerW: undefined,
  timeLeftMs: 8 * hourMs + 40 * 60_000 + 59_000,
  leastTimeLeftMs: 8 * hourMs,
  mostTimeLeftMs: 9 * hourMs,
  shiftLeftMs: 8 * hourMs,
  lastsShift,
});

const lastsHours = (hours: number, lastsShift: Draining["lastsShift"]): BatteryForecast => ({
  ...draining(lastsShift),
  timeLeftMs: hours * hourMs,
});

const band = (forecast: BatteryForecast, more: Partial<BandForecast> = {}): BandForecast => ({
  id: "mine",
  wearer: undefined,
  name: "Left arm",
  isConnected: true,
  battery: { percent: 50, isCharging: false },
  forecast,
  ...more,
});

const tooEarly: BatteryForecast = { kind: "unknown", reason: "too-early" };
const notTold: BatteryForecast = { kind: "unknown", reason: "no-reading" };
const charging: BatteryForecast = { kind: "unknown", reason: "charging" };

describe("verdict", () => {
  it("should say in one line that all is well", () => {
    const all = delay(84.3, 2.2);
    expect(verdictOf(snapshot(Array(9).fill(peer(all)), all), draining("yes"), [])).toEqual({
      text: "9 of 9 peers under 500 ms; p99 84 ms ± 3; lasts 8 h 40 min",
      outcome: "good",
    });
  });

  it("should show a bound that is true for the rounded figure beside it", () => {
    const told = (p99Ms: number, boundMs: number) =>
      verdictOf(snapshot([], delay(p99Ms, boundMs)), tooEarly, []).text.split("; ")[1];
    expect(told(84.49, 2.95)).toBe("p99 84 ms ± 4");
    expect(told(84.3, 3)).toBe("p99 84 ms ± 4");
    expect(told(84.6, 2.5)).toBe("p99 85 ms ± 3");
  });

  it("should count a peer in time only when it is so wherever the truth lies", () => {
    const peers = [
      peer(delay(495, 5)),
      peer(delay(495, 6)),
      peer(undefined),
      peer(delay(9, 1), { kind: "asleep", sinceMs: 0 }),
    ];
    const { text, outcome } = verdictOf(snapshot(peers, undefined), charging, []);
    expect(text).toBe("1 of 4 peers under 500 ms (1 not sure, 1 asleep, 1 not yet measured); charging");
    expect(outcome).toBe("bad");
  });

  it("should call a peer slow only when it is so wherever the truth lies, and else say that it is not sure", () => {
    const told = (p99Ms: number, boundMs: number) => {
      const only = delay(p99Ms, boundMs);
      const { text, outcome } = verdictOf(snapshot([peer(only)], only), draining("yes"), []);
      return [text.split(";")[0], outcome];
    };
    expect(told(260, 262)).toEqual(["0 of 1 peer under 500 ms (1 not sure)", "unknown"]);
    expect(told(510, 10)).toEqual(["0 of 1 peer under 500 ms (1 not sure)", "unknown"]);
    expect(told(511, 10)).toEqual(["0 of 1 peer under 500 ms (1 slow)", "bad"]);
    expect(told(238, 262)).toEqual(["1 of 1 peer under 500 ms", "good"]);
  });

  it("should judge a peer by the worse of the way to here and the way from band to band, and say which the p99 is of", () => {
    const [quick, slow, vague] = [delay(20, 3), delay(910, 12), delay(450, 60)];
    const told = (oneWay: ClockedDelaySummary | undefined, probeToProbe: ClockedDelaySummary | undefined) => {
      const room = snapshot([peerFigures(path(oneWay, probeToProbe))], oneWay, probeToProbe);
      return [verdictOf(room, charging, []).text.replace("; charging", ""), aboutVerdict(room)];
    };
    const ofWay = "Of the last minute: p99 one way, from the others' phones to this one.";
    const ofBands = "Of the last minute: p99 from a band here to the buzz at a band there.";
    expect(told(quick, undefined)).toEqual(["1 of 1 peer under 500 ms; p99 20 ms ± 3", ofWay]);
    expect(told(quick, slow)).toEqual(["0 of 1 peer under 500 ms (1 slow); p99 910 ms ± 12", ofBands]);
    expect(told(slow, quick)).toEqual(["0 of 1 peer under 500 ms (1 slow); p99 910 ms ± 12", ofWay]);
    expect(told(quick, vague)).toEqual(["0 of 1 peer under 500 ms (1 not sure); p99 450 ms ± 60", ofBands]);
    expect(told(undefined, quick)).toEqual(["1 of 1 peer under 500 ms; p99 20 ms ± 3", ofBands]);
    expect(aboutVerdict(snapshot([], undefined))).toBeUndefined();
  });

  it("should say that buzzes do not reach a band, however quick the way is", () => {
    const good = delay(9, 1);
    const told = (...outcomes: readonly PeerFigures["recentOutcomes"][]) => {
      const peers = outcomes.map((recentOutcomes) => ({ ...peer(good), recentOutcomes }));
      const { text, outcome } = verdictOf(snapshot(peers, good), draining("yes"), []);
      return [text.split("; ").slice(2, -1).join("; "), outcome];
    };
    const fine = { written: 28, superseded: 3, expired: 1, failed: 0 };
    const broken = { written: 0, superseded: 2, expired: 20, failed: 8 };
    expect(told(fine)).toEqual(["", "good"]);
    expect(told(fine, broken)).toEqual(["1 peer misses buzzes (30 of the last 30)", "bad"]);
    expect(told(broken, { written: 24, superseded: 0, expired: 8, failed: 0 }, fine)).toEqual([
      "2 peers miss buzzes (38 of the last 62)",
      "bad",
    ]);
    // With only a few the verdict says nothing.
    expect(told({ written: 2, superseded: 0, expired: 1, failed: 0 })).toEqual(["", "good"]);
    const gone = { ...peer(good, { kind: "gone", sinceMs: 0, reason: "left" }), recentOutcomes: broken };
    expect(verdictOf(snapshot([peer(good), gone], good), draining("yes"), []).outcome).toBe("good");
  });

  it("should be good again soon after a band that missed hundreds of buzzes works again", () => {
    const good = delay(9, 1);
    const recent = new RecentOutcomes(() => 0);
    const outcome = () => {
      const mended = { ...peer(good), recentOutcomes: recent.counts() };
      return verdictOf(snapshot([mended], good), draining("yes"), []).outcome;
    };
    for (let i = 0; i < 300; i++) recent.add("expired");
    expect(outcome()).toBe("bad");
    for (let i = 0; i < 24; i++) recent.add("written");
    expect(outcome()).toBe("bad");
    recent.add("written");
    expect(outcome()).toBe("good");
  });

  it("should leave out peers that are gone, and say when nobody is here", () => {
    const gone = peer(delay(9, 1), { kind: "gone", sinceMs: 0, reason: "left" });
    expect(verdictOf(snapshot([gone], undefined), charging, [])).toEqual({
      text: "nobody else is here; charging",
      outcome: "unknown",
    });
    expect(verdictOf(snapshot([gone, peer(delay(9, 1))], undefined), charging, []).text).toBe(
      "1 of 1 peer under 500 ms; charging",
    );
  });

  it("should say when the battery does not last the shift, may not, or is being charged", () => {
    const good = delay(9, 1);
    const end = (forecast: BatteryForecast) => {
      const { text, outcome } = verdictOf(snapshot([peer(good)], good), forecast, []);
      return [text.split("; ")[2], outcome];
    };
    expect(end(draining("no"))).toEqual(["lasts 8 h 40 min, the shift 8 h 0 min", "bad"]);
    expect(end(draining("uncertain"))).toEqual(["lasts 8 h 40 min, perhaps not the shift of 8 h 0 min", "unknown"]);
    expect(end(charging)).toEqual(["charging", "good"]);
  });

  it("should say about which battery it knows nothing and why, and be good so far if nothing else is wrong", () => {
    const good = delay(9, 1);
    const told = (device: BatteryForecast, bands: readonly BandForecast[], ...peers: readonly PeerFigures[]) => {
      const { text, outcome } = verdictOf(snapshot([peer(good), ...peers], good), device, bands);
      return [text.split("; ").slice(2).join("; "), outcome];
    };
    const noDevice = "this battery: not told by this browser";
    expect(told(notTold, [])).toEqual([noDevice, "good-so-far"]);
    expect(told(tooEarly, [])).toEqual(["this battery: too early to tell", "good-so-far"]);
    expect(told(draining("yes"), [band(tooEarly)])).toEqual([
      "lasts 8 h 40 min; batteries of bands: 1 too early to tell",
      "good-so-far",
    ]);
    expect(told(notTold, [band(notTold), band(tooEarly), band(tooEarly), band(charging)])).toEqual([
      `${noDevice}; batteries of bands: 1 not told, 2 too early to tell`,
      "good-so-far",
    ]);
    // What is known to be amiss, or in doubt, is not outweighed by what is not known.
    expect(told(notTold, [], peer(delay(9, 1), { kind: "asleep", sinceMs: 0 }))).toEqual([noDevice, "bad"]);
    expect(told(notTold, [], peer(undefined))).toEqual([noDevice, "unknown"]);
    expect(told(tooEarly, [band(draining("uncertain"))])[1]).toBe("unknown");
    // A band at the plug is no objection, and no part of the line.
    expect(told(charging, [band(charging)])).toEqual(["charging", "good"]);
    // Nor is one that nobody wears.
    expect(told(draining("yes"), [band(tooEarly, { isConnected: false })])).toEqual(["lasts 8 h 40 min", "good"]);
  });

  it("should name the battery that lasts least, mine or a peer's, and be good only when all of them last", () => {
    const good = delay(9, 1);
    const mia = { gatewayId: "00", name: "Mia" };
    const end = (device: BatteryForecast, ...bands: readonly BandForecast[]) => {
      const { text, outcome } = verdictOf(snapshot([peer(good)], good), device, bands);
      return [
        text
          .split("; ")
          .slice(2)
          .join("; ")
          .replaceAll(/[\u2068\u2069]/g, ""),
        outcome,
      ];
    };
    const [five, ten] = [lastsHours(5.2, "no"), lastsHours(10, "yes")];
    expect(end(draining("yes"), band(ten), band(five, { id: "hers", wearer: mia, name: "arm" }))).toEqual([
      "Mia's arm lasts 5 h 12 min, the shift 8 h 0 min",
      "bad",
    ]);
    expect(end(draining("yes"), band(ten))).toEqual(["lasts 8 h 40 min", "good"]);
    expect(end(charging, band(ten))).toEqual(["charging; Left arm lasts 10 h 0 min", "good"]);
    // What perhaps does not last is what the outcome is about, though another is empty before.
    expect(end(draining("yes"), band(lastsHours(9, "uncertain")))).toEqual([
      "Left arm lasts 9 h 0 min, perhaps not the shift of 8 h 0 min",
      "unknown",
    ]);
    expect(end(lastsHours(9, "uncertain"), band(lastsHours(5, "yes")))).toEqual([
      "lasts 9 h 0 min, perhaps not the shift of 8 h 0 min",
      "unknown",
    ]);
    // What is not worn is no part of the shift.
    expect(end(draining("yes"), band(five, { isConnected: false }))).toEqual(["lasts 8 h 40 min", "good"]);
  });

  it("should let no band's name turn the line round or fill it", () => {
    const name = `\u202e${"long".repeat(9)}`;
    const { text } = verdictOf(snapshot([], undefined), charging, [band(lastsHours(2, "no"), { name })]);
    expect(text).toMatch(
      /^nobody else is here; charging; \u2068\u202e(long){4}lo…\u2069 lasts 2 h 0 min, the shift 8 h 0 min$/,
    );
  });

  it("should promise no minute that is not there", () => {
    expect([-5, 0, 59_999, 3_599_999, 3_600_000].map(durationText)).toEqual([
      "0 min",
      "0 min",
      "0 min",
      "59 min",
      "1 h 0 min",
    ]);
  });
});
