// The verdict in plain sentences, for a person who has no time to read figures: what is wrong and with whom, or that
// nothing is. The line with the figures is Verdict.text (gateway/statistics/verdict.ts), and both judge by the same
// rules.
import type { BatteryForecast } from "../../gateway/power/battery-figures.ts";
import type { PeerFigures } from "../../gateway/statistics/statistics-types.ts";
import {
  bandName,
  byWorst,
  durationText,
  inLine,
  lifeOf,
  missesBuzzes,
  type PeerVerdict,
  peerVerdictOf,
  type Verdict,
} from "../../gateway/statistics/verdict.ts";
import type { FiguresView } from "./panel-model.ts";

export const outcomeTexts: Readonly<Record<Verdict["outcome"], string>> = {
  good: "Good",
  "good-so-far": "Good so far",
  bad: "Problem",
  unknown: "Not sure yet",
};

/** `delayGoalMs` of verdict.ts. */
const goalText = "half a second";

/** More names make the sentence hard to read; the table of the figures has them all. */
const maxNames = 2;

export const verdictSentences = ({ snapshot, forecast, bands }: FiguresView): readonly string[] => {
  const present = snapshot.peers.filter(({ state }) => state.kind !== "gone");
  const worn = bands.filter(({ isConnected }) => isConnected);
  const batteries = [
    { name: "this device", forecast },
    ...worn.map((band) => ({ name: bandName(band), forecast: band.forecast })),
  ];
  return [...peopleSentences(present), ...batterySentences(batteries)];
};

const peopleSentences = (people: readonly PeerFigures[]): readonly string[] => {
  if (people.length === 0) return ["Nobody else is here."];
  const those = (...wanted: readonly PeerVerdict[]) => people.filter((peer) => wanted.includes(peerVerdictOf(peer)));
  const [slow, asleep, missing] = [those("slow"), those("asleep"), people.filter(missesBuzzes)];
  const notKnown = those("not sure", "not yet measured");
  const sentences = [
    about(slow, (names) => `Gestures between you and ${names} take longer than ${goalText}.`),
    about(asleep, (names) => `Nothing is heard from ${names}: the phone may be asleep.`),
    about(missing, (names) => `Many buzzes are not felt by ${names}.`),
    about(notKnown, (names) => `How long gestures take between you and ${names} is not known yet.`),
  ].filter((sentence) => sentence !== undefined);
  if (sentences.length > 0) return sentences;
  const [only] = people;
  const everybody = people.length === 1 && only !== undefined ? namesOf([only]) : `all ${people.length} people`;
  return [`Gestures between you and ${everybody} take less than ${goalText}.`];
};

const about = (people: readonly PeerFigures[], sentence: (names: string) => string): string | undefined =>
  people.length === 0 ? undefined : sentence(namesOf(people));

/** "Mira", "Mira and Jonas", "Mira and 3 others" */
const namesOf = (people: readonly PeerFigures[]): string => {
  const names = people.map(({ name }) => inLine(name.trim() || "somebody"));
  if (names.length <= maxNames) return names.join(" and ");
  return `${names[0]} and ${names.length - 1} others`;
};

interface NamedBattery {
  readonly name: string;
  readonly forecast: BatteryForecast;
}

const batterySentences = (batteries: readonly NamedBattery[]): readonly string[] => {
  const those = (life: ReturnType<typeof lifeOf>) =>
    batteries.filter(({ forecast }) => lifeOf(forecast) === life).sort((a, b) => byWorst(a.forecast, b.forecast));
  const [ending, doubtful, notKnown] = [those("no"), those("uncertain"), those("not known")];
  const sentences = [endingSentence(ending), doubtfulSentence(doubtful), notKnownSentence(notKnown)].filter(
    (sentence) => sentence !== undefined,
  );
  if (sentences.length > 0) return sentences;
  return [batteries.length === 1 ? "The battery lasts the shift." : "All batteries last the shift."];
};

const endingSentence = ([worst, ...others]: readonly NamedBattery[]): string | undefined => {
  if (worst === undefined || worst.forecast.kind !== "draining") return undefined;
  const { timeLeftMs, shiftLeftMs } = worst.forecast;
  const left = `The battery of ${worst.name} lasts only ${durationText(timeLeftMs)}, and the shift ${durationText(shiftLeftMs)}.`;
  return others.length === 0 ? left : `${left} ${batteriesText(others.length, "ends", "end")} before the shift, too.`;
};

const doubtfulSentence = ([worst, ...others]: readonly NamedBattery[]): string | undefined => {
  if (worst === undefined) return undefined;
  const doubt = `The battery of ${worst.name} may end before the shift.`;
  return others.length === 0 ? doubt : `${doubt} ${batteriesText(others.length, "may", "may")} do so, too.`;
};

const batteriesText = (count: number, one: string, several: string): string =>
  count === 1 ? `1 other ${one}` : `${count} others ${several}`;

const notKnownSentence = ([first, ...others]: readonly NamedBattery[]): string | undefined => {
  if (first === undefined) return undefined;
  const whose = others.length === 0 ? `the battery of ${first.name} lasts` : `${others.length + 1} batteries last`;
  return `How long ${whose} is not known.`;
};
