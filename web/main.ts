// The page's composition root: takes all that the page needs from the browser, hands it to the parts, and releases it
// when the page is left. Neighbours: opening.ts has drawn the start screen already, and loads this behind it.
import { effect, signal, untracked } from "@preact/signals";
import { Peer } from "peerjs";
import { VibrationBudgets } from "../gateway/probes/vibration-budgets.ts";
import { reportOf } from "../gateway/report.ts";
import { Statistics } from "../gateway/statistics/statistics.ts";
import { signalingPath } from "../gateway/wire/signaling-message.ts";
import { App } from "./app.ts";
import { bluetoothProblem } from "./ble/pairing.ts";
import { Figures } from "./figures/figures.ts";
import { LoadMeter } from "./figures/load-meter.ts";
import type { FirstWish } from "./first-wish.ts";
import { KnownConfig } from "./mesh/known-config.ts";
import { signalingAddress } from "./mesh/peerjs-opener.ts";
import { RoomSession } from "./mesh/room-session.ts";
import type { PageConfig, ServerApi } from "./mesh/server-api.ts";
import { phonePlatformOf } from "./phone/phone-platform.ts";
import { TonePlayer } from "./phone/tone.ts";
import { watchBattery } from "./platform/battery.ts";
import { BusyTime, timedChannel, timedSchedule } from "./platform/busy-time.ts";
import { WebLockHold } from "./platform/device-hold.ts";
import { Endings } from "./platform/endings.ts";
import { watchNetwork } from "./platform/network.ts";
import { accessible, addressOf, saveFile, succeeds } from "./platform/page.ts";
import { clocks, now, pause, schedule } from "./platform/timers.ts";
import { keepAwake } from "./platform/wake-lock.ts";
import { webCrypto } from "./platform/web-crypto.ts";
import { canConnectWith } from "./platform/webrtc.ts";
import { DarkScreen } from "./power/dark-screen.ts";
import { Power } from "./power/power.ts";
import { Shift } from "./power/shift.ts";
import { ProbeOrigins } from "./probes/probe-origins.ts";
import { probeChoosers } from "./probes/probe-sources.ts";
import { LogBook } from "./room/log-book.ts";
import { NoticeBoard } from "./room/notice-board.ts";
import { FigureSettingsStore } from "./store/figure-settings-store.ts";
import { openIdentity } from "./store/identity-store.ts";
import { askToKeep } from "./store/persistence.ts";
import { openRecordingStore, refusingRecordingStore } from "./store/recording-store.ts";
import { RoomStore } from "./store/room-store.ts";
import { SettingsStore } from "./store/settings-store.ts";
import { openTextStorage } from "./store/text-storage.ts";
import { TurnStore } from "./store/turn-store.ts";
import { renderApp } from "./ui/app.tsx";
import { openFlashLayer } from "./ui/flash.ts";

const random = (): number => Math.random();
const today = (): Date => new Date();

export interface Opened {
  readonly root: Element;
  /** Whether the start screen is drawn in it; otherwise it has the HTML's first sentence, which is removed. */
  readonly isDrawn: boolean;
  readonly server: ServerApi;
  /** The server's configuration, which was asked for before all else. */
  readonly config: Promise<PageConfig | undefined>;
  readonly wish: FirstWish;
}

/**
 * Starts the page in `root`. The returned function ends it: it says goodbye to the room and closes all that was opened.
 */
export const start = async ({ root, isDrawn, server, config: firstConfig, wish }: Opened): Promise<() => void> => {
  const endings = new Endings();
  const notices = new NoticeBoard();
  const log = new LogBook(today);
  const deviceStorage = openTextStorage(() => localStorage);
  const indexedDB = accessible(() => globalThis.indexedDB);

  const bluetooth = { bluetooth: navigator.bluetooth, isSecureContext };
  const known = new KnownConfig({
    ask: () => server.config(),
    canUse: canConnectWith,
    onUnusable: () => notices.raise("ice-servers-unusable"),
    onKnown: () => app.inviteBaseChanged(),
  });
  const [identity, config, noBluetooth] = await Promise.all([
    openIdentity({
      indexedDB,
      locks: navigator.locks,
      tabStorage: openTextStorage(() => sessionStorage),
      schedule,
    }),
    firstConfig,
    bluetoothProblem(bluetooth, schedule),
  ]);
  if (identity.problem !== undefined) notices.raise(identity.problem);
  if (config === undefined) notices.raise("server-unreachable");
  else known.begin(config);

  const flash = openFlashLayer(document.body);
  endings.add(() => flash.close());
  const tone = new TonePlayer(() => new AudioContext());
  endings.add(() => tone.close());
  endings.listen(document, "pointerup", () => tone.unlock());
  const phone = phonePlatformOf(window, (durationsMs, strengthPercent) => {
    flash.flash(durationsMs);
    tone.play(durationsMs, strengthPercent);
  });

  const busy = new BusyTime(now);
  const load = new LoadMeter({
    now,
    schedule,
    busy,
    isHidden: () => document.hidden,
    PressureObserver: globalThis.PressureObserver,
  });
  endings.add(() => load.close());
  const figureSettings = new FigureSettingsStore(deviceStorage);
  const darkScreen = new DarkScreen({ schedule });
  endings.add(() => darkScreen.close());
  const shift = new Shift({ ...clocks, storage: deviceStorage, hours: () => figureSettings.load().shiftHours });
  const power = new Power({ ...clocks, schedule, shift, darkScreen });
  const holdFor = (deviceId: string) =>
    new WebLockHold(deviceId, {
      locks: navigator.locks,
      schedule,
      onUnguarded: () => notices.raise("tabs-not-told-apart"),
    });
  const origins = new ProbeOrigins(probeChoosers({ bluetooth, phone, holdFor, now, schedule, random }), busy);
  const turns = new TurnStore({
    open: () => localStorage,
    pageId: crypto.randomUUID(),
    onNotKept: () => notices.raise("storage-unavailable"),
  });
  turns.removeStale(clocks.wallNow());
  const budgets = new VibrationBudgets({ ...clocks, memory: turns });
  const figures = new Figures({
    ...clocks,
    schedule,
    load,
    settings: figureSettings,
    shiftEndsAtMs: () => shift.endsAtMs.peek(),
    onShiftHours: (hours) => {
      shift.setHours(hours);
      power.refresh();
    },
    isDark: () => darkScreen.isDark.peek(),
    recordings: identity.ownsSlot
      ? openRecordingStore(indexedDB, identity.slot, deviceStorage)
      : refusingRecordingStore(identity.problem === "too-many-tabs" ? identity.problem : "storage-unavailable"),
    browser: navigator.userAgent,
    isCrossOriginIsolated: crossOriginIsolated,
    isHidden: () => document.hidden,
    originOf: (link) => origins.originOf(link),
    save: saveFile,
    pause,
    askToKeep: () => askToKeep(navigator.storage),
    onRecordingDeleted: () => notices.raise("recording-deleted"),
    onNotKept: () => notices.raise("storage-unavailable"),
  });
  endings.add(
    watchBattery({
      getBattery: navigator.getBattery?.bind(navigator),
      onState: (state) => {
        figures.batteryChanged(state);
        power.batteryChanged(state);
      },
    }),
  );

  const isAwakeLocked = signal(false);
  const isOnThisComputerOnly = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const app = new App({
    now,
    schedule,
    today,
    crypto: webCrypto,
    settings: new SettingsStore(deviceStorage, identity.slot),
    rooms: new RoomStore(deviceStorage),
    origins,
    log,
    notices,
    open: async (settings, room, listener, penalties) => {
      const entry = await identity.nextEntry();
      if (identity.problem !== undefined) notices.raise(identity.problem);
      const statistics = new Statistics(now);
      const session = new RoomSession({
        room,
        Peer,
        RTCPeerConnection,
        address: signalingAddress(location.origin, known.config?.peerPath ?? signalingPath),
        iceServers: () => known.iceServers,
        fetchMembers: async (roomId) => {
          const members = await server.members(roomId);
          if (members !== undefined) void known.serverReached();
          return members;
        },
        identity: entry.key,
        epoch: entry.epoch,
        name: settings.name,
        rules: settings.rules,
        limits: settings,
        budgets,
        crypto: webCrypto,
        ...clocks,
        schedule: timedSchedule(schedule, busy),
        random,
        penalties,
        wrapChannel: (channel) => timedChannel(channel, busy),
        observer: statistics,
        listener,
      });
      const { gateway, pendingDials } = session;
      gateway.setHidden(document.hidden);
      const name = () => app.model.settings.value.name;
      return { session, gateway, pendingDials, statistics, roomId: room.roomId, epoch: entry.epoch, name };
    },
    followers: [power, figures],
    inviteBase: () => {
      const url = known.config?.publicUrl ?? location.origin;
      return {
        url,
        elsewhere: url === location.origin ? undefined : new URL(url).host,
        problem: known.config?.publicUrl === undefined && isOnThisComputerOnly ? "invite-not-reachable" : undefined,
      };
    },
    fragment: {
      read: () => location.hash,
      write: (fragment) => history.pushState(null, "", addressOf(fragment)),
      replace: (fragment) => history.replaceState(null, "", addressOf(fragment)),
    },
    copy: (text) => succeeds(() => navigator.clipboard.writeText(text)),
    share: "share" in navigator ? (url) => succeeds(() => navigator.share({ title: "Earl Mesh", url })) : undefined,
    platform: {
      // Bluetooth that is off may be switched on later; until then the chooser itself reports it.
      bluetooth: noBluetooth === "bluetooth-off" ? undefined : noBluetooth,
      motion:
        phone.motionEvents === undefined ? "motion-unsupported" : isSecureContext ? undefined : "insecure-context",
      vibration: phone.vibrate === undefined ? "vibration-unsupported" : undefined,
      share: "share" in navigator,
    },
    isAwakeLocked,
    power,
    darkScreen,
    shift,
    showFigures: async (root) => {
      const panel = await import("./panel/panel.tsx").catch(() => undefined);
      const opened = panel && figures.open();
      if (opened === undefined) return undefined;
      const stopDrawingPanel = panel?.renderPanel(root, opened.model, figures.actions);
      return () => {
        stopDrawingPanel?.();
        opened.close();
      };
    },
  });

  endings.add(() => app.close());
  if (!isDrawn) root.replaceChildren();
  endings.add(renderApp(root, app.model, app.actions));
  const stopWakeLock = effect(() => {
    if (app.model.room.value === undefined) return undefined;
    // Untracked, because it may raise a notice at once. If the effect depended on the notices, a dismissed one would
    // come back.
    const lock = untracked(() =>
      keepAwake({
        wakeLock: navigator.wakeLock,
        document,
        now,
        schedule,
        onChange: (isHeld) => {
          isAwakeLocked.value = isHeld;
          if (isHeld) notices.clear("wake-lock-refused");
        },
        onRefused: () => notices.raise("wake-lock-refused"),
      }),
    );
    return () => lock.close();
  });

  endings.add(stopWakeLock);
  // The room is closed, not left, so a recording that a reload interrupts goes on after it.
  endings.add(() => figures.suspend());

  endings.listen(document, "visibilitychange", () => {
    app.present?.gateway.setHidden(document.hidden);
    if (document.hidden) figures.suspend();
    else tone.resume();
  });
  for (const touch of ["pointerdown", "keydown", "wheel"])
    endings.listen(document, touch, () => darkScreen.touched(), { passive: true, capture: true });
  endings.add(watchNetwork(window, navigator.connection, () => app.present?.session.networkChanged()));
  endings.listen(window, "hashchange", () => void app.followFragment());
  endings.listen(window, "storage", () => app.readSettings());
  window.earlMesh = {
    report: () => {
      if (app.present === undefined) return undefined;
      const { session, epoch } = app.present;
      const { sessionId, serverState, gateway } = session;
      const drops = Object.fromEntries(session.drops);
      return { sessionId, serverState, slot: identity.slot, epoch, drops, ...reportOf(gateway) };
    },
  };
  void app.followFragment(); // Not awaited: a page that is left while it enters a room must say goodbye, too.
  wish.fulfil(app.actions);
  return () => endings.end();
};
