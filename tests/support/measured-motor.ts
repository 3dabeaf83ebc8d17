// A band whose writes take as long as a test says, one after another, and whose motor is measured: when it was on, and
// how much of that any span of time held. A vibration begins somewhere between its write and the answer, and ends the
// one before it, as in every Earl device.
import type { DeviceCommand, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import type { FakeTime } from "./fake-time.ts";
import { RecordingLink } from "./recording-link.ts";

export interface SlowWrite {
  readonly delayMs: number;
  /** The share of the delay after which the motor begins. 1: with the answer. */
  readonly beginsAfterShare: number;
}

interface Span {
  readonly fromMs: number;
  toMs: number;
}

export class MeasuredMotor extends RecordingLink {
  readonly begunMs: number[] = [];
  readonly #spans: Span[] = [];
  readonly #time: FakeTime;
  readonly #nextWrite: () => SlowWrite;
  #before: Promise<unknown> = Promise.resolve();

  constructor(time: FakeTime, nextWrite: () => SlowWrite) {
    super("measured motor");
    this.#time = time;
    this.#nextWrite = nextWrite;
  }

  override write(command: DeviceCommand): Promise<WriteOutcome> {
    const written = this.#before.then(() => this.#writeNow(command));
    this.#before = written;
    return written;
  }

  /** How long it was on within the worst span of that length, which begins or ends with some vibration. */
  mostOnWithin(spanMs: number): number {
    const begins = this.#spans.flatMap(({ fromMs, toMs }) => [fromMs, toMs - spanMs]);
    const onWithin = (beginMs: number): number =>
      this.#spans.reduce(
        (onMs, { fromMs, toMs }) => onMs + Math.max(0, Math.min(toMs, beginMs + spanMs) - Math.max(fromMs, beginMs)),
        0,
      );
    return Math.max(0, ...begins.map(onWithin));
  }

  /** Vibrations begun within the worst span of that length. */
  mostBegunWithin(spanMs: number): number {
    const inSpan = (beginMs: number): number =>
      this.begunMs.filter((atMs) => atMs >= beginMs && atMs < beginMs + spanMs).length;
    return Math.max(0, ...this.begunMs.map(inSpan));
  }

  async #writeNow(command: DeviceCommand): Promise<WriteOutcome> {
    if (this.#time.now() > command.expiresAtMs) return { kind: "expired" };
    const { delayMs, beginsAfterShare } = this.#nextWrite();
    this.#time.schedule(delayMs * beginsAfterShare, () => this.#begin(command));
    await new Promise<void>((resolve) => this.#time.schedule(delayMs, resolve));
    return { kind: "written", atMs: this.#time.now() };
  }

  #begin({ kind, payload }: DeviceCommand): void {
    const { durationsMs = [] } = (kind === kinds.vibrate && decodeVibration(payload)) || {};
    const nowMs = this.#time.now();
    this.begunMs.push(nowMs);
    for (const span of this.#spans) span.toMs = Math.max(span.fromMs, Math.min(span.toMs, nowMs));
    while ((this.#spans.at(-1)?.fromMs ?? 0) >= nowMs && this.#spans.length > 0) this.#spans.pop();
    let atMs = nowMs;
    for (const [i, durationMs] of durationsMs.entries()) {
      if (i % 2 === 0 && durationMs > 0) this.#spans.push({ fromMs: atMs, toMs: atMs + durationMs });
      atMs += durationMs;
    }
  }
}
