// The messages of a run's probes, and when they are due: pure and seeded, so that every mode and process gets the same
// load. Open loop: a message is due at its moment, whatever became of the one before.
import type { RandomUnit } from "../../gateway/basics/runtime.ts";
import { markBytes } from "./payload.ts";
import { seededRandom } from "./seeded-random.ts";

export const distributions = ["constant", "exponential"] as const;
export type Distribution = (typeof distributions)[number];
export const phases = ["random", "aligned"] as const;
export type Phase = (typeof phases)[number];

export type MessageKind = "sample" | "gesture";

/** One message of a trace file, in the file's own numbering from 1. */
export interface TraceEvent {
  readonly atMs: number;
  readonly phone: number;
  readonly probe: number;
  readonly kind: MessageKind;
  readonly bytes: number;
}

export interface Load {
  readonly seed: number;
  /** Samples a second of each probe; 0: none. */
  readonly hz: number;
  /** Payload of a sample. */
  readonly bytes: number;
  /** Between the samples of one probe. */
  readonly distribution: Distribution;
  /** Aligned: all probes of all phones begin at the same moment, as after a common signal. */
  readonly phase: Phase;
  /** Gestures of each phone, made by its first probe, in bursts; 0: none. */
  readonly gesturesPerMinute: number;
  /** In place of all the above. */
  readonly trace?: readonly TraceEvent[] | undefined;
}

/** `atMs` counts from the beginning of the slice; probes from 1. */
export interface Message {
  readonly atMs: number;
  readonly probe: number;
  readonly kind: MessageKind;
  readonly bytes: number;
}

/** A burst has so many gestures, with so much time between them, like an arm that waves; bursts come at random. */
const burstGestures = 3;
const burstSpacingMs = 400;
const msPerMinute = 60_000;

/** All messages of one phone in `seconds`, in their order. @param phone from 0 */
export const messagesOf = (load: Load, phone: number, probes: number, seconds: number): readonly Message[] => {
  const endMs = seconds * 1000;
  const messages =
    load.trace === undefined
      ? [...samples(load, phone, probes, endMs), ...gestures(load, phone, endMs)]
      : traced(load.trace, phone, endMs);
  return messages.sort((a, b) => a.atMs - b.atMs);
};

/**
 * Messages a second of the whole run, by the load's own parameters: the sentinel's service time follows from this mean.
 */
export const meanRate = ({ hz, gesturesPerMinute, trace }: Load, phones: number, probes: number): number => {
  if (trace !== undefined) return trace.length / (traceLengthMs(trace) / 1000);
  return phones * (probes * hz + gesturesPerMinute / 60);
};

const samples = (load: Load, phone: number, probes: number, endMs: number): Message[] => {
  const { hz, bytes } = load;
  if (hz === 0) return [];
  const messages: Message[] = [];
  for (let probe = 1; probe <= probes; probe++) {
    const random = seededRandom(load.seed * 7919 + phone * 101 + probe);
    const intervalMs = 1000 / hz;
    let atMs = load.phase === "aligned" ? 0 : random() * intervalMs;
    for (; atMs < endMs; atMs += load.distribution === "constant" ? intervalMs : exponential(intervalMs, random))
      messages.push({ atMs, probe, kind: "sample", bytes });
  }
  return messages;
};

const gestures = ({ seed, gesturesPerMinute }: Load, phone: number, endMs: number): Message[] => {
  if (gesturesPerMinute === 0) return [];
  const random = seededRandom(seed * 6007 + phone * 211 + 1);
  const burstEveryMs = (burstGestures * msPerMinute) / gesturesPerMinute;
  const messages: Message[] = [];
  for (let burstMs = exponential(burstEveryMs, random); burstMs < endMs; burstMs += exponential(burstEveryMs, random)) {
    for (let i = 0; i < burstGestures; i++) {
      const atMs = burstMs + i * burstSpacingMs * (0.75 + random() / 2);
      if (atMs < endMs) messages.push({ atMs, probe: 1, kind: "gesture", bytes: markBytes });
    }
  }
  return messages;
};

/**
 * A trace that is shorter than the slice is played again; if there are more phones than in it, they repeat its phones.
 */
const traced = (trace: readonly TraceEvent[], phone: number, endMs: number): Message[] => {
  const phonesInTrace = greatest(trace, (event) => event.phone);
  const own = trace.filter((event) => event.phone === (phone % phonesInTrace) + 1);
  const lengthMs = traceLengthMs(trace);
  const messages: Message[] = [];
  for (let startMs = 0; startMs < endMs; startMs += lengthMs) {
    for (const { atMs, probe, kind, bytes } of own)
      if (startMs + atMs < endMs)
        messages.push({ atMs: startMs + atMs, probe, kind, bytes: Math.max(bytes, markBytes) });
  }
  return messages;
};

/** Up to its last message and one mean interval more, so that it can be played again. */
const traceLengthMs = (trace: readonly TraceEvent[]): number => {
  const lastMs = greatest(trace, ({ atMs }) => atMs);
  return Math.max(1, lastMs + lastMs / Math.max(1, trace.length - 1));
};

/** A trace may have millions of events, more than a call takes arguments. */
const greatest = (trace: readonly TraceEvent[], of: (event: TraceEvent) => number): number =>
  trace.reduce((most, event) => Math.max(most, of(event)), 0);

/** Inverse transform; the unit is never 1, so the logarithm is finite. */
export const exponential = (mean: number, random: RandomUnit): number => -mean * Math.log(1 - random());
