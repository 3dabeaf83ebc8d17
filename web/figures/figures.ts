// The figures of this page: measures the room that it is in, remembers them for the shift, records them, and shows them
// in the panel while it is open.
// Neighbours: main.ts composes it; gateway/statistics/statistics.ts measures; panel/ draws. While the panel is closed
// and nothing is recorded, all that happens is one point of history every few seconds.
import { type Signal, signal } from "@preact/signals";
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { Cancel, Clocks, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import { BandBatteries } from "../../gateway/power/band-batteries.ts";
import type { BatteryForecast } from "../../gateway/power/battery-figures.ts";
import { BatteryForecaster, type ReadingTime } from "../../gateway/power/battery-forecast.ts";
import { type RecordedPage, recordingIntervalMs, recordingRows } from "../../gateway/recording/recording.ts";
import type { RecordingSession } from "../../gateway/recording/recording-context.ts";
import { LatencyTest } from "../../gateway/statistics/latency-test.ts";
import type { Statistics } from "../../gateway/statistics/statistics.ts";
import type { PageFigures, StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import { verdictOf } from "../../gateway/statistics/verdict.ts";
import type { FigureSettings } from "../panel/figure-settings.ts";
import type { FiguresView, HistoryView, LatencyTestView, PanelActions, PanelModel } from "../panel/panel-model.ts";
import type { BatteryState } from "../platform/battery.ts";
import type { FigureSettingsStore } from "../store/figure-settings-store.ts";
import type { RecordingStore } from "../store/recording-store.ts";
import { FigureHistory } from "./figure-history.ts";
import type { LoadMeter } from "./load-meter.ts";
import { Recorder } from "./recorder.ts";
import { RecordingExport } from "./recording-export.ts";

/** A room is measured, shown and recorded at one pace. */
const tickMs = recordingIntervalMs;
/** Figures of the last minute move slowly: drawing them more often costs battery, and shows a person nothing new. */
const drawnEveryTicks = 2;

export interface FiguresOptions extends Clocks {
  readonly schedule: Schedule;
  readonly load: LoadMeter;
  readonly settings: FigureSettingsStore;
  readonly recordings: RecordingStore;
  /** By the wall clock. */
  readonly shiftEndsAtMs: () => number;
  /** The person has said how long a shift is. */
  readonly onShiftHours: (hours: number) => void;
  /** The screen is dark: nothing is drawn that nobody sees. */
  readonly isDark: () => boolean;
  /** What the browser says it is, for a person who wants to repeat a recording. */
  readonly browser: string;
  readonly isCrossOriginIsolated: boolean;
  /** The page is not in front. */
  readonly isHidden: () => boolean;
  /** "bluetooth", "phone" or "simulated". */
  readonly originOf: (link: DeviceLink) => string;
  /** Hands a file to the person. */
  readonly save: (name: string, file: Blob) => void;
  /** Lets the page do what waits for it. */
  readonly pause: () => Promise<void>;
  /** Whether the browser promises to keep what is stored: web/store/persistence.ts. */
  readonly askToKeep: () => Promise<boolean>;
  /** The browser has deleted a recording, or a part of it. */
  readonly onRecordingDeleted: () => void;
  /** The settings could not be kept. */
  readonly onNotKept: () => void;
}

interface MeasuredRoom {
  readonly gateway: Gateway;
  readonly statistics: Statistics;
  readonly roomId: string;
  readonly epoch: number;
  readonly name: () => string;
}

export class Figures {
  readonly actions: PanelActions;
  readonly #options: FiguresOptions;
  readonly #recorder: Recorder;
  readonly #export: RecordingExport;
  readonly #forecaster = new BatteryForecaster();
  readonly #settings: Signal<FigureSettings>;
  readonly #latency = signal<LatencyTestView>({ isRunning: false, results: [] });
  #battery: BatteryState = { kind: "unknown", why: "the browser has not reported it yet" };
  #room: MeasuredRoom | undefined;
  #history = new FigureHistory();
  #bands = new BandBatteries();
  #ticks = 0;
  #latencyTest: LatencyTest | undefined;
  /** What the panel shows; undefined while it is closed. */
  #shown: { readonly figures: Signal<FiguresView>; readonly history: Signal<HistoryView> } | undefined;
  #cancelTick: Cancel | undefined;

  constructor(options: FiguresOptions) {
    this.#options = options;
    const { now, monotonicNow, wallNow, settings, recordings } = options;
    this.#settings = signal(settings.load());
    const { pause, onRecordingDeleted: onDeleted, save } = options;
    this.#recorder = new Recorder({ now, monotonicNow, wallNow, store: recordings, pause, onDeleted });
    this.#export = new RecordingExport({ wallNow, recorder: this.#recorder, save });
    this.actions = this.#makeActions();
  }

  /** From now on this room is measured; a recording that a reload interrupted in it goes on. */
  enter(room: MeasuredRoom): void {
    this.leave();
    this.#room = room;
    this.#history = new FigureHistory();
    this.#bands = new BandBatteries();
    this.#latency.value = { isRunning: false, results: [] };
    this.#cancelTick = this.#scheduleTick();
    void this.#recorder.resume(this.#recordingSession(room), room.roomId);
  }

  /** The room goes on under another key, and a recording in it too. */
  move(room: MeasuredRoom): void {
    this.#latencyTest?.stop();
    this.#room = room;
    this.#recorder.moveTo(this.#recordingSession(room), room.roomId);
  }

  leave(): void {
    this.#cancelTick?.();
    this.#latencyTest?.stop();
    this.#recorder.stop();
    this.#room = undefined;
  }

  /** The page may be about to go: what is recorded goes to the store, and a reload goes on with it. */
  suspend(): void {
    this.#recorder.flush();
  }

  batteryChanged(state: BatteryState): void {
    this.#battery = state;
    this.#readBattery();
  }

  /** For the panel, which is open until `close`; undefined while the page is in no room. */
  open(): { readonly model: PanelModel; readonly close: () => void } | undefined {
    const room = this.#room;
    if (room === undefined) return undefined;
    const figures = signal(this.#figuresView(this.#snapshot(room)));
    const history = signal(this.#historyView());
    const shown = { figures, history };
    this.#shown = shown;
    return {
      model: {
        now: this.#options.now,
        figures,
        history,
        recording: this.#recorder.view,
        exporting: this.#export.view,
        latencyTest: this.#latency,
        settings: this.#settings,
      },
      close: () => {
        if (this.#shown === shown) this.#shown = undefined;
      },
    };
  }

  #scheduleTick(): Cancel {
    return this.#options.schedule(tickMs, () => {
      this.#cancelTick = this.#scheduleTick();
      this.#tick();
    });
  }

  #tick(): void {
    const room = this.#room;
    if (room === undefined) return;
    this.#ticks++;
    // Whether anybody looks or not: the moments at which a level steps are what a forecast is made of.
    this.#bands.read(room.statistics.bands(room.gateway), this.#readingTime());
    const isDark = this.#options.isDark();
    if (this.#latencyTest !== undefined && !isDark) this.#showLatency(this.#latencyTest, true);
    const isDue = this.#history.isDue(this.#options.now());
    const open = isDark ? undefined : this.#shown;
    const shown = this.#ticks % drawnEveryTicks === 0 ? open : undefined;
    if (!isDue && shown === undefined && !this.#recorder.isRunning) return;
    const snapshot = this.#snapshot(room);
    const page = this.#pageFigures();
    if (isDue) {
      this.#readBattery();
      this.#history.add(snapshot, page);
    }
    if (this.#recorder.isRunning)
      this.#recorder.add(recordingRows(snapshot, this.#recordedPage(room, page), this.#recorder.elapsedMs));
    if (shown !== undefined) shown.figures.value = this.#figuresView(snapshot);
    if (isDue && open !== undefined) open.history.value = this.#historyView();
  }

  #snapshot({ statistics, gateway }: MeasuredRoom): StatisticsSnapshot {
    return statistics.snapshot(gateway);
  }

  #pageFigures(): PageFigures {
    const { load } = this.#options;
    const { pressure } = load;
    const battery = this.#battery;
    return {
      ...load.figures(),
      cpuPressure: pressure.kind === "known" ? pressure.state : undefined,
      batteryPercent: battery.kind === "known" ? battery.percent : undefined,
      isCharging: battery.kind === "known" ? battery.isCharging : undefined,
    };
  }

  #figuresView(snapshot: StatisticsSnapshot): FiguresView {
    const nowMs = this.#options.wallNow();
    const shiftEndsAtMs = this.#options.shiftEndsAtMs();
    const forecast = this.#forecast();
    const bands = this.#bands.forecasts(snapshot.bands, nowMs, { shiftEndsAtMs });
    return {
      snapshot,
      page: this.#pageFigures(),
      pressure: this.#options.load.pressure,
      battery: this.#battery,
      forecast,
      bands,
      verdict: verdictOf(snapshot, forecast, bands),
    };
  }

  #forecast(): BatteryForecast {
    const { wallNow, shiftEndsAtMs } = this.#options;
    const { capacityWh } = this.#settings.value;
    return this.#forecaster.forecast(wallNow(), { shiftEndsAtMs: shiftEndsAtMs(), capacityWh });
  }

  #historyView(): HistoryView {
    const { points, gapMs } = this.#history;
    return { points, gapMs, wallOffsetMs: this.#options.wallNow() - this.#options.now() };
  }

  #readBattery(): void {
    if (this.#battery.kind === "unknown") return;
    const { percent, isCharging } = this.#battery;
    this.#forecaster.read({ ...this.#readingTime(), levelPercent: percent, isCharging });
  }

  #readingTime(): ReadingTime {
    const { monotonicNow, wallNow } = this.#options;
    return { atMs: wallNow(), awakeMs: monotonicNow() };
  }

  #makeActions(): PanelActions {
    return {
      measureLatency: (pingsPerSecond, forSeconds) => this.#measureLatency(pingsPerSecond, forSeconds * 1000),
      stopLatency: () => this.#latencyTest?.stop(),
      startRecording: () => this.#startRecording(),
      stopRecording: () => this.#recorder.stop(),
      exportRecording: (format) => this.#export.run(format),
      cancelExport: () => this.#export.cancel(),
      discardRecording: () => {
        this.#export.cancel();
        this.#recorder.discard();
      },
      setShiftHours: (shiftHours) => {
        this.#options.onShiftHours(shiftHours);
        this.#change({ ...this.#settings.value, shiftHours });
      },
      setCapacityWh: (capacityWh) => this.#change({ ...this.#settings.value, capacityWh }),
    };
  }

  #startRecording(): void {
    const room = this.#room;
    if (room === undefined) return;
    this.#export.cancel();
    this.#recorder.start(this.#recordingSession(room), room.roomId);
    // Not waited for: a browser may ask the person first.
    void this.#options.askToKeep().then((isPersistent) => this.#recorder.setPersistent(isPersistent));
  }

  #change(settings: FigureSettings): void {
    this.#settings.value = settings;
    if (this.#options.settings.save(settings) !== "kept") this.#options.onNotKept();
    if (this.#shown !== undefined && this.#room !== undefined)
      this.#shown.figures.value = this.#figuresView(this.#snapshot(this.#room));
  }

  #measureLatency(pingsPerSecond: number, durationMs: number): void {
    const room = this.#room;
    if (room === undefined || this.#latencyTest !== undefined) return;
    const { now, schedule } = this.#options;
    const latencyTest = new LatencyTest({
      now,
      schedule,
      gateway: room.gateway,
      statistics: room.statistics,
      pingsPerSecond,
      durationMs,
      onEnd: () => {
        this.#latencyTest = undefined;
        this.#showLatency(latencyTest, false);
      },
    });
    this.#latencyTest = latencyTest;
    this.#showLatency(latencyTest, true);
  }

  #showLatency(latencyTest: LatencyTest, isRunning: boolean): void {
    const names = new Map(this.#room?.gateway.peers.map(({ gatewayId, name }) => [gatewayId, name]));
    const results = latencyTest.results().map((result) => ({ ...result, name: names.get(result.gatewayId) ?? "" }));
    this.#latency.value = { isRunning, results };
  }

  #recordingSession({ gateway, epoch, name }: MeasuredRoom): RecordingSession {
    const { browser, isCrossOriginIsolated } = this.#options;
    const { id: gatewayId, windowMs } = gateway;
    return { gatewayId, epoch, gatewayName: name(), browser, isCrossOriginIsolated, windowMs };
  }

  #recordedPage({ gateway, epoch }: MeasuredRoom, figures: PageFigures): RecordedPage {
    const { isHidden, originOf } = this.#options;
    const probes = gateway.probes.map(
      ({ index, link, battery }) => [index, { origin: originOf(link), batteryPercent: battery?.percent }] as const,
    );
    return {
      gatewayId: gateway.id,
      epoch,
      isHidden: isHidden(),
      clockJumpedMs: this.#recorder.clockJumpedMs,
      figures,
      forecast: this.#forecast(),
      probes: new Map(probes),
    };
  }
}
