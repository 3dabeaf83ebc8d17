// The figures in one line for engineers: how many peers are reached in time, how long the slowest of a hundred takes,
// whether the batteries last: of this device and the bands, the one that is empty first, and of which nothing is known
// and why. web/panel/verdict-words.ts says it plainly.
// Invariant: a peer is called in time, or slow, only when that is so wherever in its bound the truth lies; otherwise it
// is not sure.
import type { BandForecast, BatteryForecast } from "../power/battery-figures.ts";
import type { ClockedDelaySummary, PathFigures, PeerFigures, StatisticsSnapshot } from "./statistics-types.ts";

/** Whether the room is good enough for gestures over a shift. */
export interface Verdict {
  readonly text: string;
  /**
   * "good-so-far": all that is known is good, and how long a battery lasts is not known, which may never be. "unknown":
   * nothing is known to be bad, and something is in doubt or not measured, or nobody is there to measure.
   */
  readonly outcome: "good" | "good-so-far" | "bad" | "unknown";
}

/**
 * The goal for a gesture, from wrist to wrist; a way from phone to phone, which is a part of that, has to be under it
 * too.
 */
export const delayGoalMs = 500;
/**
 * Of the buzzes that a peer has reported: with so many not felt, people cannot rely on a gesture. A burst supersedes
 * some in any room.
 */
const missedShare = 1 / 4;
/** Of fewer, one or two that went astray would be a large share. */
const leastBuzzes = 10;

export type PeerVerdict = "in time" | "slow" | "not sure" | "asleep" | "not yet measured";

export const verdictOf = (
  snapshot: StatisticsSnapshot,
  forecast: BatteryForecast,
  bands: readonly BandForecast[],
): Verdict => {
  const worn = bands.filter(({ isConnected }) => isConnected);
  const lives = [forecast, ...worn.map((band) => band.forecast)].map(lifeOf);
  const present = snapshot.peers.filter(({ state }) => state.kind !== "gone");
  const verdicts = present.map(peerVerdictOf);
  const count = (wanted: PeerVerdict): number => verdicts.filter((verdict) => verdict === wanted).length;
  const missed = missedText(present);
  const parts = [peersText(present.length, count), delayText(snapshot), missed, ...batteryTexts(forecast, worn)];
  const isBad = count("slow") > 0 || count("asleep") > 0 || missed !== undefined || lives.includes("no");
  const isInTime = present.length > 0 && count("in time") === present.length;
  const isInDoubt = !isInTime || lives.includes("uncertain");
  const good = lives.includes("not known") ? "good-so-far" : "good";
  return {
    text: parts.filter((part) => part !== undefined).join("; "),
    outcome: isBad ? "bad" : isInDoubt ? "unknown" : good,
  };
};

/** Whether a battery lasts the shift. What is charged does: when the plug is pulled there is another forecast. */
export const lifeOf = (forecast: BatteryForecast): "yes" | "no" | "uncertain" | "not known" => {
  if (forecast.kind === "draining") return forecast.lastsShift;
  return forecast.reason === "charging" ? "yes" : "not known";
};

/** What the delay in the line was measured of; undefined where the line has none. */
export const aboutVerdict = ({ all }: StatisticsSnapshot): string | undefined => {
  const worse = worseDelayOf(all);
  if (worse === undefined) return undefined;
  const way =
    worse === all.probeToProbe.lastMinute
      ? "from a band here to the buzz at a band there"
      : "one way, from the others' phones to this one";
  return `Of the last minute: p99 ${way}.`;
};

const atMostMs = (delay: ClockedDelaySummary | undefined): number =>
  delay === undefined ? Number.NEGATIVE_INFINITY : delay.p99Ms + delay.boundMs;

/** The longer of two delays of the last minute: from band to band, and one way to here. */
const worseDelayOf = ({ oneWay, probeToProbe }: PathFigures): ClockedDelaySummary | undefined =>
  atMostMs(probeToProbe.lastMinute) >= atMostMs(oneWay.prompt.lastMinute)
    ? probeToProbe.lastMinute
    : oneWay.prompt.lastMinute;

export const peerVerdictOf = ({ state, oneWay, probeToProbe }: PeerFigures): PeerVerdict => {
  if (state.kind === "asleep") return "asleep";
  const delays = [oneWay.prompt.lastMinute, probeToProbe.lastMinute].filter((delay) => delay !== undefined);
  if (delays.length === 0) return "not yet measured";
  if (delays.some(({ p99Ms, boundMs }) => p99Ms - boundMs > delayGoalMs)) return "slow";
  return delays.every((delay) => atMostMs(delay) <= delayGoalMs) ? "in time" : "not sure";
};

const peersText = (total: number, count: (wanted: PeerVerdict) => number): string => {
  if (total === 0) return "nobody else is here";
  const others = (["slow", "not sure", "asleep", "not yet measured"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  const exceptions = others.length === 0 ? "" : ` (${others.join(", ")})`;
  return `${count("in time")} of ${total} ${total === 1 ? "peer" : "peers"} under ${delayGoalMs} ms${exceptions}`;
};

const delayText = ({ all }: StatisticsSnapshot): string | undefined => {
  const delay = worseDelayOf(all);
  if (delay === undefined) return undefined;
  const { p99Ms, boundMs } = delay;
  const shownMs = Math.round(p99Ms);
  // The bound is of what is shown, so it covers the rounding too.
  return `p99 ${shownMs} ms ± ${Math.ceil(boundMs + Math.abs(p99Ms - shownMs))}`;
};

const lastBuzzes = ({ recentOutcomes }: PeerFigures): { readonly told: number; readonly missed: number } => {
  const told = Object.values(recentOutcomes).reduce((sum, count) => sum + count, 0);
  return { told, missed: told - recentOutcomes.written };
};

/**
 * Whether its bands miss a large share of the last ones; judged one by one, because one broken band is a small share of
 * all.
 */
export const missesBuzzes = (peer: PeerFigures): boolean => {
  const { told, missed } = lastBuzzes(peer);
  return told >= leastBuzzes && missed >= missedShare * told;
};

const missedText = (peers: readonly PeerFigures[]): string | undefined => {
  const missing = peers.filter(missesBuzzes);
  if (missing.length === 0) return undefined;
  const of = missing.map(lastBuzzes);
  const sum = (key: "told" | "missed"): number => of.reduce((total, counts) => total + counts[key], 0);
  const peersMiss = missing.length === 1 ? "1 peer misses" : `${missing.length} peers miss`;
  return `${peersMiss} buzzes (${sum("missed")} of the last ${sum("told")})`;
};

/** Endless while no end is foreseen. */
export const emptyInMs = (forecast: BatteryForecast): number =>
  forecast.kind === "draining" ? forecast.timeLeftMs : Number.POSITIVE_INFINITY;

const lifeRanks = { no: 0, uncertain: 1, yes: 2, "not known": 3 } as const;

/**
 * The one to tell of comes first: what does not last before what perhaps does not, and of alike ones what is empty
 * first.
 */
export const byWorst = (a: BatteryForecast, b: BatteryForecast): number => {
  const byLife = lifeRanks[lifeOf(a)] - lifeRanks[lifeOf(b)];
  return byLife !== 0 ? byLife : Math.sign(emptyInMs(a) - emptyInMs(b)) || 0;
};

/**
 * Of those whose end is foreseen, the worst; that this device is charged does not feed a band. Then of how many bands
 * the end is not known, and why.
 */
const batteryTexts = (forecast: BatteryForecast, bands: readonly BandForecast[]): readonly (string | undefined)[] => {
  const worst = bands
    .filter(({ forecast }) => forecast.kind === "draining")
    .sort((a, b) => byWorst(a.forecast, b.forecast))[0];
  const ofBands = unknownBandsText(bands);
  const isOfDevice = worst === undefined || (forecast.kind === "draining" && byWorst(forecast, worst.forecast) <= 0);
  if (isOfDevice) return [deviceText(forecast), ofBands];
  const ofDevice = forecast.kind === "unknown" ? deviceText(forecast) : undefined;
  return [ofDevice, `${bandName(worst)} ${lastsText(worst.forecast)}`, ofBands];
};

/** What fits a line beside the rest. */
const nameCharacters = 20;

/**
 * Isolated, because names come from strangers, and a mark of direction in one would turn the line round (Unicode UAX
 * 9).
 */
export const inLine = (name: string): string => {
  const characters = [...name];
  const short = characters.length <= nameCharacters ? name : `${characters.slice(0, nameCharacters - 1).join("")}…`;
  return `\u2068${short}\u2069`;
};

export const bandName = ({ wearer, name }: BandForecast): string =>
  wearer === undefined ? inLine(name) : `${inLine(wearer.name || "somebody")}'s ${inLine(name)}`;

const deviceTexts = {
  charging: "charging",
  "no-reading": "this battery: not told by this browser",
  "too-early": "this battery: too early to tell",
} as const;

const deviceText = (forecast: BatteryForecast): string | undefined =>
  forecast.kind === "unknown" ? deviceTexts[forecast.reason] : lastsText(forecast);

/** Those at the plug are not missed. */
const bandTexts = { "no-reading": "not told", "too-early": "too early to tell" } as const;

/** In few words, however many they are: the table of the bands says which. */
const unknownBandsText = (bands: readonly BandForecast[]): string | undefined => {
  const texts = (["no-reading", "too-early"] as const).flatMap((reason) => {
    const { length } = bands.filter(({ forecast }) => forecast.kind === "unknown" && forecast.reason === reason);
    return length === 0 ? [] : `${length} ${bandTexts[reason]}`;
  });
  return texts.length === 0 ? undefined : `batteries of bands: ${texts.join(", ")}`;
};

/** Undefined where the end is not foreseen. */
const lastsText = (forecast: BatteryForecast): string | undefined => {
  if (forecast.kind === "unknown") return undefined;
  const { lastsShift, timeLeftMs, shiftLeftMs } = forecast;
  const lasts = `lasts ${durationText(timeLeftMs)}`;
  if (lastsShift === "yes") return lasts;
  if (lastsShift === "no") return `${lasts}, the shift ${durationText(shiftLeftMs)}`;
  return `${lasts}, perhaps not the shift of ${durationText(shiftLeftMs)}`;
};

/** "8 h 40 min", rounded down to a minute: nobody is promised more than there is. */
export const durationText = (ms: number): string => {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
