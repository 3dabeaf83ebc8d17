// States and figures in words. Pure; the sentences for problems are in web/ui/errors.ts.
import type { LinkState } from "../../firmware-bridge/devices/device-link.ts";
import type { ServerState } from "../../gateway/server-state.ts";
import type { PeerStateView } from "./app-model.ts";
import { errorTexts } from "./errors.ts";

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

/** In the largest unit only: "8 s", "5 min", "2 h". */
export const roughDurationText = (durationMs: number): string => {
  const ms = Math.max(0, durationMs);
  if (ms < minuteMs) return `${Math.floor(ms / secondMs)} s`;
  return ms < hourMs ? `${Math.floor(ms / minuteMs)} min` : `${Math.floor(ms / hourMs)} h`;
};

export const roundedUp = (value: number, decimals: number): number =>
  Math.ceil(value * 10 ** decimals) / 10 ** decimals;

/** With one decimal below 10 ms, where it still says something. The upper bound is rounded up, so it stays one. */
export const delayText = (oneWayMs: number, boundMs: number): string => {
  const decimals = oneWayMs < 10 ? 1 : 0;
  const mostMs = roundedUp(oneWayMs + boundMs, decimals);
  return `about ${oneWayMs.toFixed(decimals)} ms, at most ${mostMs.toFixed(decimals)} ms`;
};

export const peerStateText = (state: PeerStateView, nowMs: number): string => {
  switch (state.kind) {
    case "connecting":
      return "connecting …";
    case "connected":
      return state.delay === undefined ? "connected" : delayText(state.delay.oneWayMs, state.delay.boundMs);
    case "asleep":
      return `asleep for ${roughDurationText(nowMs - state.sinceMs)}`;
    case "gone":
      return `gone for ${roughDurationText(nowMs - state.sinceMs)}`;
  }
};

/** For the narrow label on the dial: no bound, no duration. */
export const peerStateLabel = (state: PeerStateView): string => {
  if (state.kind === "connecting") return "joining";
  if (state.kind !== "connected") return state.kind;
  if (state.delay === undefined) return "connected";
  return state.delay.oneWayMs < 1 ? "< 1 ms" : `${Math.round(state.delay.oneWayMs)} ms`;
};

/** The state of a probe's link; for a failure, its sentence and its remedy too. */
export const linkText = (link: LinkState): { readonly state: string; readonly help: string | undefined } => {
  switch (link.kind) {
    case "connecting":
      return { state: "connecting …", help: undefined };
    case "connected":
      return { state: "connected", help: undefined };
    case "reconnecting":
      return { state: `connecting again, try ${link.attempt}`, help: failureText(link.failure) };
    case "closed":
      return { state: "not connected", help: link.failure && failureText(link.failure) };
  }
};

const failureText = (failure: keyof typeof errorTexts): string =>
  `${errorTexts[failure].sentence} ${errorTexts[failure].remedy}`;

/** Without the server, a room goes on only where somebody is connected. */
export const serverText = ({ kind }: ServerState, isAnybodyConnected: boolean): string => {
  switch (kind) {
    case "connecting":
      return "Server: connecting …";
    case "connected":
      return "Server: connected";
    case "away":
      return isAnybodyConnected ? "Server: away, the room goes on" : "Server: cannot be reached";
  }
};

/** The other side chooses its name, and it may be empty. */
export const nameText = (name: string): string => (name.trim() === "" ? "No name" : name);

/** The visible characters of a name: no direction marks, joiners or spaces. */
const visibleCharacter = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** Two or three characters for a name; people with the same name differ in the number at its end. */
export const initials = (name: string): string => {
  const firsts = name.split(/\s+/u).flatMap((word) => visibleCharacter.exec(word)?.[0] ?? []);
  const number = /\s#?(\d{1,2})$/u.exec(name.trim())?.[1];
  return `${firsts[0] ?? "?"}${number ?? firsts[1] ?? ""}`.toUpperCase();
};

export const countText = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;
