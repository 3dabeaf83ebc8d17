// Measures one peer as its observer. Every measurement goes to the peer's own path and to that of all peers; what a
// peer's timestamps say is believed within the bound of its clock, and what no honest clock can have said is counted
// apart.
import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { type BatteryLevel, decodeBattery } from "../../firmware-bridge/frames/payloads.ts";
import type { Now } from "../basics/runtime.ts";
import type { Peer } from "../peers/peer.ts";
import { boundAt, type ClockEstimate, type ClockExchange } from "../peers/peer-clock.ts";
import type { PeerObserver } from "../peers/peer-observer.ts";
import type { BandReading } from "../power/battery-figures.ts";
import { type DoneOutcome, type DoneWrite, doneOutcomes } from "../wire/frame-types.ts";
import { type GatewayRecord, type RecordClass, recordClass } from "../wire/record.ts";
import { Jitter } from "./jitter.ts";
import { byDelayClass, type PathStatistics } from "./path-statistics.ts";
import { RateWindow } from "./rate-window.ts";
import { RecentOutcomes } from "./recent-outcomes.ts";
import type { SentEffects } from "./sent-effects.ts";
import type { DelayClass, PeerFigures, TransferRates, TransferTotals } from "./statistics-types.ts";

/** As in the histograms. A page that slept gets records some seconds old; no honest one is above this. */
const maxDelayMs = 60_000;
/**
 * What came while the peer's clock was not known and is to be measured when it is: as many as effects that wait for it
 * (demux.ts).
 */
export const maxHeldMeasurements = 64;

type Measurement = (clock: ClockEstimate) => void;

export interface PeerStatisticsOptions {
  readonly now: Now;
  readonly peer: Peer;
  readonly own: PathStatistics;
  readonly all: PathStatistics;
  readonly sentEffects: SentEffects;
  /** It is back after it was forgotten, and its counts go on. */
  readonly isBack: boolean;
  readonly onExchange: (gatewayId: string, exchange: ClockExchange) => void;
}

export class PeerStatistics implements PeerObserver {
  readonly #options: PeerStatisticsOptions;
  readonly #paths: readonly PathStatistics[];
  readonly #jitter = byDelayClass(() => new Jitter());
  readonly #rates: RateWindow<keyof TransferTotals>;
  readonly #recentOutcomes: RecentOutcomes;
  /** By probe index; of those in the peer's roster, so bounded as it is. */
  #batteries: ReadonlyMap<number, BatteryLevel> = new Map();
  /** In the order in which it came. */
  #held: Measurement[] = [];
  #hasOpened: boolean;

  constructor(options: PeerStatisticsOptions) {
    this.#options = options;
    this.#hasOpened = options.isBack;
    this.#paths = [options.own, options.all];
    this.#rates = new RateWindow(options.now, this.totals());
    this.#recentOutcomes = new RecentOutcomes(options.now);
  }

  onOpened(): void {
    if (this.#hasOpened) this.#count(({ counts }) => counts.reconnects++);
    this.#hasOpened = true;
  }

  onClosed(): void {
    this.#giveUpHeld();
  }

  onSent(bytes: number): void {
    this.#count(({ transfer }) => {
      transfer.messagesOut++;
      transfer.bytesOut += bytes;
    });
  }

  onReceived(bytes: number, processingMs: number): void {
    this.#count(({ transfer, demuxProcessing }) => {
      transfer.messagesIn++;
      transfer.bytesIn += bytes;
      demuxProcessing.record(processingMs);
    });
  }

  onRecord(record: GatewayRecord, arrivedAtMs: number, clock: ClockEstimate | undefined): void {
    const { kind, timeUs } = record;
    if (kind === kinds.battery) this.#batteryTold(record);
    this.#arrived(delayClassesOf[recordClass(kind)], timeUs, arrivedAtMs, clock);
  }

  onPing(leftAtUs: number, arrivedAtMs: number, clock: ClockEstimate | undefined): void {
    this.#arrived(pingClasses, leftAtUs, arrivedAtMs, clock);
  }

  onRoundTrip(rttMs: number): void {
    this.#count(({ roundTrip }) => roundTrip.record(rttMs));
  }

  onExchange(exchange: ClockExchange): void {
    this.#options.onExchange(this.#options.peer.gatewayId, exchange);
  }

  onClockStep(): void {
    this.#count(({ counts }) => counts.clockSteps++);
    this.#restartJitter();
  }

  /** Where the clock has not gone on, what came meanwhile may be of before or after: it is not measured. */
  onClockKnown(clock: ClockEstimate, wentOn: boolean): void {
    if (!wentOn) {
      this.#giveUpHeld();
      return this.#restartJitter();
    }
    const held = this.#held;
    this.#held = [];
    for (const measure of held) measure(clock);
  }

  /**
   * A peer that lies here spoils its own line and that of all together, not another's, and cannot say more in a second
   * than its message rate allows.
   */
  onDone({ probe, sequence, timeUs, outcome }: DoneWrite, clock: ClockEstimate | undefined): void {
    const name = outcomeNames.get(outcome);
    if (name === undefined) return;
    const madeAtMs = this.#options.sentEffects.madeAtMs(probe, sequence);
    if (madeAtMs === undefined) return this.#count(({ unmeasured }) => unmeasured.unknownRecord++);
    this.#count((path) => path.doneOutcomes[name]++);
    this.#recentOutcomes.add(name);
    const isFromProbe = probe !== 0;
    if (name !== "written" || !isFromProbe) return;
    this.#byClock(clock, (known) => {
      const overAtMs = timeUs / 1000 - known.offsetMs;
      const boundMs = boundAt(known, overAtMs);
      const delayMs = overAtMs - madeAtMs;
      if (this.#isPlausible(delayMs, boundMs)) this.#count(({ probeToProbe }) => probeToProbe.record(delayMs, boundMs));
    });
  }

  /** About once a second. */
  beat(): void {
    this.#rates.sample(this.totals());
  }

  totals(): TransferTotals {
    const { received, sent } = this.#options.peer.ledger.snapshot();
    return { ...this.#options.own.transfer, recordsIn: received, recordsOut: sent };
  }

  /** From what came in the last minute: older values say nothing about this way now. */
  jitterMs(delayClass: DelayClass): number | undefined {
    return this.#options.own.isRecent(delayClass) ? this.#jitter[delayClass].ms : undefined;
  }

  rates(): TransferRates {
    const totals = this.totals();
    const perSecond = (key: keyof TransferTotals): number => this.#rates.perSecond(key, totals[key]);
    return {
      messagesInPerSecond: perSecond("messagesIn"),
      messagesOutPerSecond: perSecond("messagesOut"),
      recordsInPerSecond: perSecond("recordsIn"),
      recordsOutPerSecond: perSecond("recordsOut"),
      bytesInPerSecond: perSecond("bytesIn"),
      bytesOutPerSecond: perSecond("bytesOut"),
    };
  }

  figures(): PeerFigures {
    const { peer, own } = this.#options;
    return {
      gatewayId: peer.gatewayId,
      epoch: peer.epoch,
      name: peer.name,
      state: peer.state,
      clockBoundMs: peer.clockBoundMs,
      ledger: peer.ledger.snapshot(),
      recentOutcomes: this.#recentOutcomes.counts(),
      ...own.figures({
        totals: this.totals(),
        rates: this.rates(),
        jitterMs: (delayClass) => this.jitterMs(delayClass),
      }),
    };
  }

  /** Its probes that report a battery. */
  bands(): readonly BandReading[] {
    const { peer } = this.#options;
    const { gatewayId, epoch, name: wearerName, state } = peer;
    return peer.probes.flatMap(({ index, name, isConnected, capabilities: bits }) => {
      const battery = this.#batteries.get(index);
      if (battery === undefined && (bits & capabilities.batteryOut) === 0) return [];
      return {
        id: `${gatewayId} ${epoch} ${index}`,
        wearer: { gatewayId, name: wearerName },
        name,
        isConnected: isConnected && state.kind !== "gone",
        battery,
      };
    });
  }

  #batteryTold({ probe, payload }: GatewayRecord): void {
    const level = decodeBattery(payload);
    if (level === undefined) return;
    const isInRoster = (index: number): boolean => this.#options.peer.probes.some((known) => known.index === index);
    this.#batteries = new Map([...this.#batteries, [probe, level] as const].filter(([index]) => isInRoster(index)));
  }

  #arrived(
    classes: readonly DelayClass[],
    madeAtUs: number,
    arrivedAtMs: number,
    clock: ClockEstimate | undefined,
  ): void {
    const madeAtMs = madeAtUs / 1000;
    if (clock !== undefined) this.#measureWay(classes, madeAtMs, arrivedAtMs, clock);
    else this.#hold((known) => this.#measureWay(classes, madeAtMs, arrivedAtMs, known));
  }

  #measureWay(classes: readonly DelayClass[], madeAtMs: number, arrivedAtMs: number, known: ClockEstimate): void {
    const boundMs = boundAt(known, madeAtMs - known.offsetMs);
    const delayMs = arrivedAtMs - (madeAtMs - known.offsetMs);
    if (!this.#isPlausible(delayMs, boundMs)) return;
    const { own, all } = this.#options;
    for (const delayClass of classes) {
      if (!own.isRecent(delayClass, known.atMs)) this.#jitter[delayClass] = new Jitter();
      this.#jitter[delayClass].arrived(madeAtMs, arrivedAtMs);
      own.oneWay(delayClass, delayMs, boundMs, known.atMs);
      all.oneWay(delayClass, delayMs, boundMs, known.atMs);
    }
  }

  /** Now, or once the clock is known. */
  #byClock(clock: ClockEstimate | undefined, measure: Measurement): void {
    if (clock !== undefined) measure(clock);
    else this.#hold(measure);
  }

  #hold(measure: Measurement): void {
    if (this.#held.length < maxHeldMeasurements) this.#held.push(measure);
    else this.#count(({ unmeasured }) => unmeasured.clockUnknown++);
  }

  #giveUpHeld(): void {
    const { length } = this.#held;
    this.#held = [];
    this.#count(({ unmeasured }) => {
      unmeasured.clockUnknown += length;
    });
  }

  #restartJitter(): void {
    for (const jitter of Object.values(this.#jitter)) jitter.restart();
  }

  /** Counts what is not. */
  #isPlausible(delayMs: number, boundMs: number): boolean {
    if (delayMs < -boundMs) this.#count(({ unmeasured }) => unmeasured.fromTheFuture++);
    else if (delayMs > maxDelayMs) this.#count(({ unmeasured }) => unmeasured.absurdlyOld++);
    else return true;
    return false;
  }

  #count(change: (path: PathStatistics) => void): void {
    for (const path of this.#paths) change(path);
  }
}

const pingClasses: readonly DelayClass[] = ["ping", "prompt"];
/** Records with an effect count among what must be prompt, too. */
const delayClassesOf: Readonly<Record<RecordClass, readonly DelayClass[]>> = {
  urgent: ["urgent", "prompt"],
  command: ["command", "prompt"],
  sample: ["sample"],
  status: ["status"],
};

const outcomeNames: ReadonlyMap<number, DoneOutcome> = new Map(
  (Object.keys(doneOutcomes) as DoneOutcome[]).map((name) => [doneOutcomes[name], name]),
);
