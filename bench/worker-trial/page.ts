// Both pages of the trial: one sends what a room's peers send, the other receives it on its own thread or in a worker, and writes to a band.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import { makePayload, markBytes, writeMark } from "../load/payload.ts";
import { Tally, type TallySnapshot } from "../meters/tally.ts";
import { receiveOn, trialRoster } from "./receiver.ts";

export type Place = "page" | "worker";

export interface Load {
  readonly seconds: number;
  /** Milliseconds between two aggregates of one peer, and the samples in each. */
  readonly aggregateEveryMs: number;
  readonly samples: number;
  readonly gestureEveryMs: number;
}

/** Work of the page's own, such as charts that are drawn: so long, every so often. */
export interface Redraw {
  readonly busyMs: number;
  readonly everyMs: number;
}

export interface Received {
  readonly gestures: number;
  /** From the gesture to the hand-over to the band, on the page's thread. */
  readonly delay: TallySnapshot;
  /** By how much tasks of the page begin late. */
  readonly lag: TallySnapshot;
}

const sampleBytes = 40;
const gestureBytes = 2;
const beatMs = 10;

class Trial {
  /** The machine's clock minus this page's. */
  offsetMs = 0;
  readonly #connections: RTCPeerConnection[] = [];
  readonly #channels: RTCDataChannel[] = [];
  readonly #delay = new Tally();
  readonly #lag = new Tally();
  #gestures = 0;

  async offers(count: number): Promise<readonly string[]> {
    for (let i = 0; i < count; i++) {
      const connection = new RTCPeerConnection();
      this.#connections.push(connection);
      this.#channels.push(connection.createDataChannel("trial", { ordered: false }));
      await connection.setLocalDescription();
    }
    return Promise.all(this.#connections.map(gathered));
  }

  async answers(offers: readonly string[], place: Place): Promise<readonly string[]> {
    const worker =
      place === "worker" ? new Worker(new URL("./worker.ts", import.meta.url), { type: "module" }) : undefined;
    if (worker !== undefined) worker.onmessage = ({ data }: MessageEvent<number>) => this.#write(data);
    return Promise.all(
      offers.map(async (sdp) => {
        const connection = new RTCPeerConnection();
        this.#connections.push(connection);
        connection.ondatachannel = ({ channel }) => {
          if (worker === undefined) receiveOn(channel, (dueMs) => this.#write(dueMs));
          else worker.postMessage(channel, [channel as unknown as Transferable]);
        };
        await connection.setRemoteDescription({ type: "offer", sdp });
        await connection.setLocalDescription();
        return gathered(connection);
      }),
    );
  }

  async accept(answers: readonly string[]): Promise<void> {
    await Promise.all(
      this.#connections.map((connection, i) =>
        connection.setRemoteDescription({ type: "answer", sdp: answers[i] ?? "" }),
      ),
    );
    await Promise.all(this.#channels.map(opened));
  }

  /** Sends the load on every channel, each in a phase of its own; how many gestures that were. */
  async send({ seconds, aggregateEveryMs, samples, gestureEveryMs }: Load): Promise<number> {
    let gestures = 0;
    const timers = this.#channels.flatMap((channel, i) => {
      let sequence = 0;
      const record = (kind: number, payload: Uint8Array): GatewayRecord => ({
        probe: 1,
        kind,
        sequence: sequence++,
        timeUs: Math.round(performance.now() * 1000),
        lifetimeMs: 0,
        payload,
      });
      const send = (records: readonly GatewayRecord[]): void =>
        channel.send(
          Uint8Array.from(encodeMessage([{ type: "aggregate", rosterVersion: trialRoster.version, records }])),
        );
      const sample = makePayload(sampleBytes, { dueMs: 0, slice: 1 });
      const phase = i / this.#channels.length;
      return [
        every(aggregateEveryMs, phase, () => send(Array.from({ length: samples }, () => record(kinds.motion, sample)))),
        every(gestureEveryMs, phase, () => {
          gestures++;
          const payload = new Uint8Array(gestureBytes + markBytes).fill(1);
          writeMark(payload, gestureBytes, { dueMs: this.#machineNow(), slice: 1 });
          send([record(kinds.gesture, payload)]);
        }),
      ];
    });
    await pause(seconds * 1000);
    for (const stop of timers) stop();
    return gestures;
  }

  /** Busy with its own work and measuring, until `seconds` have passed. */
  async receive(seconds: number, redraw: Redraw | undefined): Promise<Received> {
    const stopRedraw = redraw && every(redraw.everyMs, 0, () => spin(redraw.busyMs));
    const untilMs = performance.now() + seconds * 1000;
    for (let dueMs = performance.now() + beatMs; dueMs < untilMs; ) {
      await pause(dueMs - performance.now());
      const lagMs = performance.now() - dueMs;
      this.#lag.recordExpected(lagMs, beatMs);
      dueMs = performance.now() + beatMs;
    }
    stopRedraw?.();
    return { gestures: this.#gestures, delay: this.#delay.snapshot(), lag: this.#lag.snapshot() };
  }

  #write(dueMs: number): void {
    this.#gestures++;
    this.#delay.record(this.#machineNow() - dueMs);
  }

  #machineNow(): number {
    return performance.now() + this.offsetMs;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const spin = (ms: number): void => {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
};

const every = (periodMs: number, phase: number, task: () => void): (() => void) => {
  let timer = setTimeout(() => {
    task();
    timer = setInterval(task, periodMs);
  }, phase * periodMs);
  return () => clearTimeout(timer);
};

const gathered = (connection: RTCPeerConnection): Promise<string> =>
  new Promise((resolve) => {
    const check = (): void => {
      if (connection.iceGatheringState === "complete") resolve(connection.localDescription?.sdp ?? "");
    };
    connection.onicegatheringstatechange = check;
    check();
  });

const opened = (channel: RTCDataChannel): Promise<void> =>
  new Promise((resolve) => {
    if (channel.readyState === "open") resolve();
    else channel.onopen = () => resolve();
  });

declare global {
  var workerTrial: Trial;
}

globalThis.workerTrial = new Trial();
