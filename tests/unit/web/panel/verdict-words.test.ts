import { describe, expect, it } from "vitest";
import type { BandForecast, BatteryForecast } from "../../../../gateway/power/battery-figures.ts";
import type { PeerFigures } from "../../../../gateway/statistics/statistics-types.ts";
import { verdictOf } from "../../../../gateway/statistics/verdict.ts";
import type { FiguresView } from "../../../../web/panel/panel-model.ts";
import { outcomeTexts, verdictSentences } from "../../../../web/panel/verdict-words.ts";
import { allFigures, noPath, peerFigures } from "../../../support/made-up-figures.ts";

const hourMs = 3_600_000;

const person = (name: string, p99Ms: number | undefined, more: Partial<PeerFigures> = {}): PeerFigures => {
  const delay = p99Ms === undefined ? undefined : { count: 9, p50Ms: 1, p95Ms: 2, p99Ms, maxMs: p99Ms, boundMs: 5 };
  const prompt = { sinceStart: delay, lastMinute: delay, jitterMs: undefined };
  return peerFigures({ name, oneWay: { ...noPath.oneWay, prompt }, ...more });
};

const draining = (hours: number, lastsShift: "yes" | "no" | "uncertain"): BatteryForecast => ({
  kind: "draining",
  levelPercent: 87,
  drainPercentPerHour: { value: 10, plusMinus: 0.5 },
  powerW: undefined,
  timeLeftMs: hours * hourMs,
  leastTimeLeftMs: hours * hourMs,
  mostTimeLeftMs: hours * hourMs,
  shiftLeftMs: 8 * hourMs,
  lastsShift,
});
const lasting = draining(10, "yes");
const notKnown: BatteryForecast = { kind: "unknown", reason: "no-reading" };
const charging: BatteryForecast = { kind: "unknown", reason: "charging" };

const band = (name: string, forecast: BatteryForecast, more: Partial<BandForecast> = {}): BandForecast => ({
  id: name,
  wearer: undefined,
  name,
  isConnected: true,
  battery: undefined,
  forecast,
  ...more,
});

/** What a person reads, without the marks that isolate names. */
const read = (
  peers: readonly PeerFigures[],
  forecast: BatteryForecast = lasting,
  bands: readonly BandForecast[] = [],
): readonly string[] => {
  const snapshot = { atMs: 0, elapsedMs: 0, peers, all: allFigures(noPath), probes: [], bands: [] };
  const verdict = verdictOf(snapshot, forecast, bands);
  const view = { snapshot, forecast, bands, verdict } as unknown as FiguresView;
  const sentences = verdictSentences(view).map((sentence) => sentence.replaceAll(/[\u2068\u2069]/g, ""));
  return [outcomeTexts[verdict.outcome], ...sentences];
};

const quick = person("Mira", 40);

describe("the verdict in plain words", () => {
  it("should say that all is well", () => {
    expect(read([quick])).toEqual([
      "Good",
      "Gestures between you and Mira take less than half a second.",
      "The battery lasts the shift.",
    ]);
    expect(read([quick, person("Jonas", 50), person("Noor", 60)], charging, [band("Left arm", lasting)])).toEqual([
      "Good",
      "Gestures between you and all 3 people take less than half a second.",
      "All batteries last the shift.",
    ]);
  });

  it("should name the people with whom something is wrong, and not the others", () => {
    const buzzes = { written: 0, superseded: 2, expired: 20, failed: 8 };
    const asleep = { kind: "asleep", sinceMs: 0 } as const;
    const room = [
      quick,
      person("Jonas", 900),
      person("Noor", 40, { state: asleep }),
      person("Aylin", 40, { state: asleep }),
      person("", 40, { recentOutcomes: buzzes }),
      person("Gone", 900, { state: { kind: "gone", sinceMs: 0, reason: "left" } }),
    ];
    expect(read(room).slice(0, -1)).toEqual([
      "Problem",
      "Gestures between you and Jonas take longer than half a second.",
      "Nothing is heard from Noor and Aylin: the phone may be asleep.",
      "Many buzzes are not felt by somebody.",
    ]);
    expect(read(["A", "B", "C", "D"].map((name) => person(name, 900)))[1]).toBe(
      "Gestures between you and A and 3 others take longer than half a second.",
    );
  });

  it("should say what is not known, and when nobody is here", () => {
    expect(read([quick, person("Jonas", undefined)]).slice(0, 2)).toEqual([
      "Not sure yet",
      "How long gestures take between you and Jonas is not known yet.",
    ]);
    expect(read([])).toEqual(["Not sure yet", "Nobody else is here.", "The battery lasts the shift."]);
    expect(read([quick], notKnown).at(-1)).toBe("How long the battery of this device lasts is not known.");
    expect(read([quick], notKnown)[0]).toBe("Good so far");
    const [outcome, , sentence] = read([quick], notKnown, [band("Left arm", notKnown), band("Ankle", lasting)]);
    expect([outcome, sentence]).toEqual(["Good so far", "How long 2 batteries last is not known."]);
  });

  it("should name the battery that ends first, of the bands that are worn", () => {
    const mira = { gatewayId: "ab".repeat(16), name: "Mira" };
    const bands = [
      band("Left arm", draining(5, "no")),
      band("Right arm", draining(4, "no"), { wearer: mira }),
      band("Ankle", draining(1, "no"), { isConnected: false }),
      band("Wrist", draining(8, "uncertain")),
    ];
    expect(read([quick], lasting, bands).slice(2)).toEqual([
      "The battery of Mira's Right arm lasts only 4 h 0 min, and the shift 8 h 0 min. 1 other ends before the shift, too.",
      "The battery of Wrist may end before the shift.",
    ]);
  });
});
