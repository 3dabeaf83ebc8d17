// The figures in one line: how many peers are reached in time, how long the slowest of a hundred takes, whether the battery lasts.
// It says of a peer that it is in time only when that is so wherever in its bound the truth lies.
import type { BatteryForecast, PeerFigures, StatisticsSnapshot, Verdict } from "./statistics-types.ts";

/** The goal for a gesture, from wrist to wrist. */
export const delayGoalMs = 500;

type PeerVerdict = "in time" | "slow" | "asleep" | "not yet measured";

export const verdictOf = (snapshot: StatisticsSnapshot, forecast: BatteryForecast): Verdict => {
  const present = snapshot.peers.filter(({ state }) => state.kind !== "gone").map(peerVerdictOf);
  const count = (wanted: PeerVerdict): number => present.filter((verdict) => verdict === wanted).length;
  const parts = [peersText(present.length, count), delayText(snapshot), batteryText(forecast)];
  const isBad =
    count("slow") > 0 || count("asleep") > 0 || (forecast.kind === "draining" && forecast.lastsShift === "no");
  const isAllKnown =
    present.length > 0 &&
    count("in time") === present.length &&
    forecast.kind === "draining" &&
    forecast.lastsShift === "yes";
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
