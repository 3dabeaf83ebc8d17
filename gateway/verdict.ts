// The figures in one line: how many peers are reached in time, how long the slowest of a hundred takes, whether the batteries last:
// of this device and the bands, the one that is empty first.
// It says of a peer that it is in time only when that is so wherever in its bound the truth lies.
import type { BandForecast, BatteryForecast, PeerFigures, StatisticsSnapshot, Verdict } from "./statistics-types.ts";

/** The goal for a gesture, from wrist to wrist. */
export const delayGoalMs = 500;

type PeerVerdict = "in time" | "slow" | "asleep" | "not yet measured";

export const verdictOf = (
  snapshot: StatisticsSnapshot,
  forecast: BatteryForecast,
  bands: readonly BandForecast[],
): Verdict => {
  const worn = bands.filter(({ isConnected }) => isConnected);
  const forecasts = [forecast, ...worn.map((band) => band.forecast)];
  const present = snapshot.peers.filter(({ state }) => state.kind !== "gone").map(peerVerdictOf);
  const count = (wanted: PeerVerdict): number => present.filter((verdict) => verdict === wanted).length;
  const parts = [peersText(present.length, count), delayText(snapshot), ...batteryTexts(forecast, worn)];
  const lasts = (wanted: "yes" | "no") => (one: BatteryForecast) =>
    one.kind === "draining" && one.lastsShift === wanted;
  const isBad = count("slow") > 0 || count("asleep") > 0 || forecasts.some(lasts("no"));
  const isAllKnown = present.length > 0 && count("in time") === present.length && forecasts.every(lasts("yes"));
  return {
    text: parts.filter((part) => part !== undefined).join("; "),
    outcome: isBad ? "bad" : isAllKnown ? "good" : "unknown",
  };
};

const peerVerdictOf = ({ state, oneWay }: PeerFigures): PeerVerdict => {
  if (state.kind === "asleep") return "asleep";
  const delay = oneWay.prompt.lastMinute;
  if (delay === undefined) return "not yet measured";
  return delay.p99Ms + delay.boundMs <= delayGoalMs ? "in time" : "slow";
};

const peersText = (total: number, count: (wanted: PeerVerdict) => number): string => {
  if (total === 0) return "nobody else is here";
  const others = (["slow", "asleep", "not yet measured"] as const)
    .filter((verdict) => count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  const exceptions = others.length === 0 ? "" : ` (${others.join(", ")})`;
  return `${count("in time")} of ${total} ${total === 1 ? "peer" : "peers"} under ${delayGoalMs} ms${exceptions}`;
};

const delayText = ({ all }: StatisticsSnapshot): string | undefined => {
  const delay = all.oneWay.prompt.lastMinute;
  return delay && `p99 ${Math.round(delay.p99Ms)} ms ± ${Math.ceil(delay.boundMs)}`;
};

const emptyInMs = (forecast: BatteryForecast): number =>
  forecast.kind === "draining" ? forecast.timeLeftMs : Number.POSITIVE_INFINITY;

/** Of those whose end is foreseen, the first to be empty; that this device is charged does not feed a band. */
const batteryTexts = (forecast: BatteryForecast, bands: readonly BandForecast[]): readonly (string | undefined)[] => {
  const first = [...bands].sort((a, b) => emptyInMs(a.forecast) - emptyInMs(b.forecast))[0];
  if (first === undefined || emptyInMs(first.forecast) >= emptyInMs(forecast)) return [batteryText(forecast)];
  const ofDevice = forecast.kind === "unknown" ? batteryText(forecast) : undefined;
  return [ofDevice, `${bandName(first)} ${batteryText(first.forecast)}`];
};

/** What fits a line beside the rest. */
const nameCharacters = 20;

/** Isolated, because names come from strangers, and a mark of direction in one would turn the line round (Unicode UAX 9). */
const inLine = (name: string): string => {
  const characters = [...name];
  const short = characters.length <= nameCharacters ? name : `${characters.slice(0, nameCharacters - 1).join("")}…`;
  return `\u2068${short}\u2069`;
};

export const bandName = ({ wearer, name }: BandForecast): string =>
  wearer === undefined ? inLine(name) : `${inLine(wearer.name || "somebody")}'s ${inLine(name)}`;

const batteryText = (forecast: BatteryForecast): string | undefined => {
  if (forecast.kind === "unknown") return forecast.reason === "charging" ? "charging" : undefined;
  const { lastsShift, timeLeftMs, shiftLeftMs } = forecast;
  const lasts = `lasts ${durationText(timeLeftMs)}`;
  if (lastsShift === "yes") return lasts;
  if (lastsShift === "no") return `${lasts}, the shift ${durationText(shiftLeftMs)}`;
  return `${lasts}, perhaps not the shift of ${durationText(shiftLeftMs)}`;
};

/** Rounded down to a minute: nobody is promised more than there is. */
export const durationText = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
