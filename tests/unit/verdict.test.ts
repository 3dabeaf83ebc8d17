import { describe, expect, it } from "vitest";
import type {
  BandForecast,
  BatteryForecast,
  ClockedDelaySummary,
  PeerFigures,
  StatisticsSnapshot,
} from "../../gateway/statistics-types.ts";
import { durationText, verdictOf } from "../../gateway/verdict.ts";
import { allFigures, noPath, peerFigures } from "../support/made-up-figures.ts";

const hourMs = 3_600_000;
const delay = (p99Ms: number, boundMs: number): ClockedDelaySummary => ({
  count: 10,
  p50Ms: p99Ms / 2,
  p95Ms: p99Ms,
  p99Ms,
  maxMs: p99Ms,
  boundMs,
});

const peer = (summary: ClockedDelaySummary | undefined, state: PeerFigures["state"] = { kind: "connected" }) =>
  peerFigures({
    state,
    oneWay: { ...noPath.oneWay, prompt: { sinceStart: summary, lastMinute: summary, jitterMs: undefined } },
  });

const snapshot = (peers: readonly PeerFigures[], summary: ClockedDelaySummary | undefined): StatisticsSnapshot => ({
  atMs: 0,
  elapsedMs: 0,
  peers,
  all: allFigures({
    oneWay: { ...noPath.oneWay, prompt: { sinceStart: summary, lastMinute: summary, jitterMs: undefined } },
  }),
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

describe("verdict", () => {
  it("should say in one line that all is well", () => {
    const all = delay(84.3, 2.2);
    expect(verdictOf(snapshot(Array(9).fill(peer(all)), all), draining("yes"), [])).toEqual({
      text: "9 of 9 peers under 500 ms; p99 84 ms ± 3; lasts 8 h 40 min",
      outcome: "good",
    });
  });

  it("should count a peer in time only when it is so wherever the truth lies", () => {
    const peers = [
      peer(delay(495, 5)),
      peer(delay(495, 6)),
      peer(undefined),
      peer(delay(9, 1), { kind: "asleep", sinceMs: 0 }),
    ];
    const { text, outcome } = verdictOf(snapshot(peers, undefined), tooEarly, []);
    expect(text).toBe("1 of 4 peers under 500 ms (1 slow, 1 asleep, 1 not yet measured)");
    expect(outcome).toBe("bad");
  });

  it("should leave out who is gone, and say when nobody is here", () => {
    const gone = peer(delay(9, 1), { kind: "gone", sinceMs: 0, reason: "left" });
    expect(verdictOf(snapshot([gone], undefined), tooEarly, [])).toEqual({
      text: "nobody else is here",
      outcome: "unknown",
    });
    expect(verdictOf(snapshot([gone, peer(delay(9, 1))], undefined), tooEarly, []).text).toBe(
      "1 of 1 peer under 500 ms",
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
    expect(end({ kind: "unknown", reason: "charging" })).toEqual(["charging", "unknown"]);
    expect(end({ kind: "unknown", reason: "no-reading" })).toEqual([undefined, "unknown"]);
  });

  it("should name the band that is empty first, mine or a peer's, and hold only when all of them last", () => {
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
    expect(end(draining("yes"), band(ten), band(tooEarly))).toEqual(["lasts 8 h 40 min", "unknown"]);
    expect(end({ kind: "unknown", reason: "charging" }, band(ten))).toEqual([
      "charging; Left arm lasts 10 h 0 min",
      "unknown",
    ]);
    // What is not worn is no part of the shift.
    expect(end(draining("yes"), band(five, { isConnected: false }))).toEqual(["lasts 8 h 40 min", "good"]);
  });

  it("should let no band's name turn the line round or fill it", () => {
    const name = `\u202e${"long".repeat(9)}`;
    const { text } = verdictOf(snapshot([], undefined), tooEarly, [band(lastsHours(2, "no"), { name })]);
    expect(text).toMatch(/^nobody else is here; \u2068\u202e(long){4}lo…\u2069 lasts 2 h 0 min, the shift 8 h 0 min$/);
  });

  it("should promise no minute that is not there", () => {
    expect([0, 59_999, 3_599_999, 3_600_000].map(durationText)).toEqual(["0 min", "0 min", "59 min", "1 h 0 min"]);
  });
});
