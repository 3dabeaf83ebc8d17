// The page without its browser: rooms come and go, probes are added, settings are kept, and the model says what to
// show. main.ts hands in all of the platform; what belongs to a room lives in its RoomSession and ends with it.
import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { toBase64url } from "../gateway/basics/base64url.ts";
import type { Crypto, Now, Schedule } from "../gateway/basics/runtime.ts";
import type { Gateway } from "../gateway/gateway.ts";
import type { GatewayEvent } from "../gateway/gateway-events.ts";
import type { ServerState } from "../gateway/server-state.ts";
import { deriveRoom, makeInvite, makeRoomKey, parseInvite, type Room } from "../gateway/wire/room-key.ts";
import { maxBluetoothLinks } from "./ble/pairing.ts";
import { KeyChangeNews } from "./key-change/key-change-news.ts";
import { RoomMove } from "./key-change/room-move.ts";
import type { RoomSession } from "./mesh/room-session.ts";
import type { DarkScreen } from "./power/dark-screen.ts";
import type { Power } from "./power/power.ts";
import type { Shift } from "./power/shift.ts";
import { whileLit } from "./power/while-lit.ts";
import { ProbeActions } from "./probes/probe-actions.ts";
import type { ProbeOrigins } from "./probes/probe-origins.ts";
import type { LogBook } from "./room/log-book.ts";
import type { NoticeBoard } from "./room/notice-board.ts";
import { paced } from "./room/paced.ts";
import { type OpensRoom, PresentRoom, type RoomBeside } from "./room/present-room.ts";
import type { OpenRoom, RoomFollower } from "./room/room-follower.ts";
import { RoomLog } from "./room/room-log.ts";
import { RoomViews } from "./room/room-views.ts";
import type { RoomStore } from "./store/room-store.ts";
import { cleanName, maxMutedPeers, type SettingsStore } from "./store/settings-store.ts";
import type { StorageOutcome } from "./store/text-storage.ts";
import type { AppActions, AppModel, RememberedRoom, RoomView, Settings } from "./ui/app-model.ts";
import type { ErrorCode } from "./ui/errors.ts";

/** A picture of an arm needs no more samples than this. */
const watchIntervalMs = 100;

/** The address that invites name, its host where that is not this page's, and what is wrong with it. */
export interface InviteBase {
  readonly url: string;
  readonly elsewhere: string | undefined;
  readonly problem: ErrorCode | undefined;
}

export interface AppOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly today: () => Date;
  readonly crypto: Pick<Crypto, "hkdfSha256" | "randomBytes">;
  readonly settings: SettingsStore;
  readonly rooms: RoomStore;
  readonly origins: ProbeOrigins;
  readonly log: LogBook;
  readonly notices: NoticeBoard;
  readonly open: (
    settings: Settings,
    ...room: Parameters<OpensRoom<RoomSession>>
  ) => ReturnType<OpensRoom<RoomSession>>;
  /** What goes along with the page from room to room, beside what the app itself is made of. */
  readonly followers: readonly RoomFollower[];
  readonly inviteBase: () => InviteBase;
  /** The fragment of the page's address, in which an invite stands. */
  readonly fragment: {
    read(): string;
    write(fragment: string): void;
    /** In place of the present one, which no way back leads to. */
    replace(fragment: string): void;
  };
  readonly copy: (text: string) => Promise<boolean>;
  /** Undefined where the browser has no share sheet; resolves with whether the sheet could be opened. */
  readonly share: ((url: string) => Promise<boolean>) | undefined;
  readonly platform: AppModel["platform"];
  readonly showFigures: AppActions["showFigures"];
  readonly isAwakeLocked: AppModel["isAwakeLocked"];
  readonly power: Power;
  readonly darkScreen: DarkScreen;
  readonly shift: Shift;
}

export class App {
  readonly model: AppModel;
  readonly actions: AppActions;
  readonly #options: AppOptions;
  readonly #views: RoomViews;
  readonly #log: RoomLog;
  readonly #probeActions: ProbeActions;
  readonly #keyChangeNews: KeyChangeNews;
  readonly #roomMove: RoomMove;
  readonly #present: PresentRoom<RoomSession>;
  readonly #room = signal<RoomView | undefined>(undefined);
  readonly #server = signal<ServerState>({ kind: "connecting" });
  readonly #settings: Signal<Settings>;
  readonly #rememberedRooms: Signal<readonly RememberedRoom[]>;
  readonly #bluetoothSlots: ReadonlySignal<{ readonly used: number; readonly total: number }>;
  /** That of the room that is shown. */
  #roomKey: Uint8Array | undefined;
  #hasReachedServer = false;
  /** Ways into rooms and out of them, one after the other. */
  #onTheWay: Promise<void> = Promise.resolve();

  constructor(options: AppOptions) {
    this.#options = options;
    const { now, schedule, log, notices, origins, power, darkScreen } = options;
    this.#settings = signal<Settings>(options.settings.load());
    this.#rememberedRooms = signal(options.rooms.rooms());
    power.mode = this.#settings.value.powerMode;
    this.#views = new RoomViews({ now, schedule, originOf: (link) => origins.originOf(link) });
    this.#log = new RoomLog({ log, notices, gateway: () => this.#gateway });
    this.#bluetoothSlots = computed(() => ({
      used: this.#views.probes.value.filter(({ origin }) => origin === "bluetooth").length,
      total: maxBluetoothLinks,
    }));
    this.model = {
      now,
      room: this.#room,
      rememberedRooms: this.#rememberedRooms,
      settings: this.#settings,
      server: whileLit(darkScreen.isDark, this.#server),
      probes: this.#views.probes,
      bluetoothSlots: this.#bluetoothSlots,
      peers: this.#views.peers,
      traffic: this.#views.traffic,
      log: whileLit(darkScreen.isDark, paced(log.lines, { now, schedule })),
      notices: notices.notices,
      platform: options.platform,
      isAwakeLocked: options.isAwakeLocked,
      power: whileLit(darkScreen.isDark, power.view),
      isDark: darkScreen.isDark,
    };
    darkScreen.isDark.subscribe((isDark) => this.#views.pause(isDark));
    const gateway = () => this.#gateway;
    const isServerConnected = () => this.#server.value.kind === "connected";
    this.#keyChangeNews = new KeyChangeNews({ now, schedule, notices, log, gateway, isServerConnected });
    this.#roomMove = new RoomMove({
      schedule,
      crypto: options.crypto,
      news: this.#keyChangeNews,
      gateway,
      isServerConnected,
      openBeside: (roomKey, onMeshChange) => this.#openBeside(roomKey, onMeshChange),
    });
    this.#present = new PresentRoom({
      open: (...room) => options.open(this.#settings.value, ...room),
      followers: [
        { enter: () => this.#roomMove.leave(), move: () => undefined, leave: () => this.#roomMove.leave() },
        this.#keyChangeNews,
        this.#views,
        ...options.followers,
      ],
      listener: {
        onEvent: (event) => this.#onEvent(event),
        onFormerEvent: (event) => this.#keyChangeNews.onFormerEvent(event),
        onMeshChange: (server) => this.#onMeshChange(server),
      },
    });
    this.#probeActions = new ProbeActions({
      origins,
      notices,
      log,
      gateway: () => this.#gateway,
      freeSlots: () => this.#bluetoothSlots.value.total - this.#bluetoothSlots.value.used,
    });
    this.actions = this.#makeActions();
  }

  /** The room that the page is in. */
  get present(): OpenRoom<RoomSession> | undefined {
    return this.#present.room;
  }

  /** Goes where the page's fragment says: into a room, or out of the one that it is in. Never rejects. */
  followFragment(): Promise<void> {
    this.#onTheWay = this.#onTheWay
      .then(() => this.#goWhereItSays())
      .catch((error: unknown) => {
        console.error(error);
        this.#options.notices.raise("room-not-entered");
      });
    return this.#onTheWay;
  }

  /** Another tab of this device has changed what all tabs share: mute, limits and rules apply here at once, too. */
  readSettings(): void {
    this.#options.shift.read();
    this.#apply(this.#options.settings.load());
    this.#rememberedRooms.value = this.#options.rooms.rooms();
  }

  async #goWhereItSays(): Promise<void> {
    const fragment = this.#options.fragment.read();
    if (fragment === "") return this.leave();
    const invite = parseInvite(fragment);
    if (invite === undefined) return this.#options.notices.raise("bad-invite");
    this.#options.notices.clear("bad-invite");
    await this.#enter(invite.roomKey);
  }

  async leave(): Promise<void> {
    this.#room.value = undefined;
    await this.#present.leave();
  }

  /** The page ends: the peers hear that it leaves. */
  close(): Promise<void> {
    return this.#present.close();
  }

  get #gateway(): Gateway | undefined {
    return this.#present.room?.gateway;
  }

  async #enter(roomKey: Uint8Array): Promise<void> {
    const room = await deriveRoom(this.#options.crypto, roomKey);
    if (this.#room.value?.roomId === room.roomId) return;
    await this.leave();
    this.#hasReachedServer = false;
    this.#server.value = { kind: "connecting" };
    if (!(await this.#present.enter(room))) return;
    this.#keep(this.#options.shift.enter());
    this.#options.notices.clear("room-not-entered");
    this.#showRoom(room, undefined);
  }

  /** When the page moves in there, the old key is in its address and its list of rooms no more. */
  async #openBeside(roomKey: Uint8Array, onMeshChange: () => void): Promise<RoomBeside | undefined> {
    const room = await deriveRoom(this.#options.crypto, roomKey);
    return this.#present.openBeside(room, onMeshChange, (server) => {
      const former = this.#room.value?.roomId;
      this.#server.value = server;
      this.#options.fragment.replace(makeInvite("", roomKey));
      this.#showRoom(room, former);
    });
  }

  /** @param former id of the room that this one is under another key: what is remembered of that is replaced. */
  #showRoom({ roomId, roomKey }: Room, former: string | undefined): void {
    const { rooms, today, log } = this.#options;
    this.#apply(this.#settings.value);
    const label = `Room ${roomId.slice(0, 4)}`;
    const remembered = { roomId, label, roomKey: toBase64url(roomKey), lastUsedAt: today().toISOString() };
    this.#keep(rooms.remember(remembered, former));
    this.#rememberedRooms.value = rooms.rooms();
    this.#roomKey = roomKey;
    this.#room.value = { roomId, label, ...this.#invite(roomKey) };
    log.add("info", `You are in ${label}`);
  }

  /** The server has said which address invites are to name. */
  inviteBaseChanged(): void {
    const room = this.#room.value;
    if (room !== undefined && this.#roomKey !== undefined)
      this.#room.value = { ...room, ...this.#invite(this.#roomKey) };
  }

  #invite(roomKey: Uint8Array): Pick<RoomView, "inviteUrl" | "inviteElsewhere" | "inviteProblem"> {
    const { url, elsewhere, problem } = this.#options.inviteBase();
    return { inviteUrl: makeInvite(url, roomKey), inviteElsewhere: elsewhere, inviteProblem: problem };
  }

  #onEvent(event: GatewayEvent): void {
    if (event.kind === "room-key-settled") this.#roomMove.follow(event.change);
    this.#keyChangeNews.onEvent(event);
    this.#views.onEvent(event);
    this.#log.onEvent(event);
  }

  /** The fragment is the one place that says which room the page is in; everything else follows it. */
  #goTo(roomKey: Uint8Array): void {
    this.#options.fragment.write(makeInvite("", roomKey));
    void this.followFragment();
  }

  #onMeshChange(state: ServerState): void {
    const { notices, log } = this.#options;
    const before = this.#server.value.kind;
    this.#server.value = state;
    this.#views.refreshSoon();
    if (state.kind === "connected") {
      notices.clear("server-unreachable");
      notices.clear("server-away");
      if (before === "away") log.add("good", "The server is back");
      this.#hasReachedServer = true;
    } else if (state.kind === "away" && before !== "away") {
      notices.raise(this.#hasReachedServer ? "server-away" : "server-unreachable");
      log.add("warning", "The server is away");
    }
    this.#roomMove.serverChanged();
  }

  #change(change: Partial<Settings>): void {
    this.#keep(this.#options.settings.save(change));
    this.#apply({ ...this.#settings.value, ...change });
  }

  #apply(settings: Settings): void {
    const before = this.#settings.value;
    this.#settings.value = settings;
    this.#options.power.mode = settings.powerMode;
    this.#options.power.refresh(); // The shift's end may have changed with them.
    const gateway = this.#gateway;
    if (gateway === undefined) return;
    gateway.setName(settings.name);
    gateway.setLimits(settings);
    gateway.setRules(settings.rules);
    for (const gatewayId of new Set([...before.mutedPeers, ...settings.mutedPeers])) {
      const isMuted = settings.mutedPeers.includes(gatewayId);
      if (isMuted !== gateway.isMuted(gatewayId)) gateway.mutePeer(gatewayId, isMuted);
    }
  }

  #keep(outcome: StorageOutcome): void {
    if (outcome === "storage-unavailable") this.#options.notices.raise("storage-unavailable");
  }

  #makeActions(): AppActions {
    const { notices, rooms, crypto, copy, share } = this.#options;
    return {
      createRoom: () => this.#goTo(makeRoomKey(crypto.randomBytes)),
      openInvite: (text) => {
        const invite = parseInvite(text);
        if (invite === undefined) return notices.raise("bad-invite");
        this.#goTo(invite.roomKey);
      },
      openRemembered: (roomId) => {
        const remembered = rooms.rooms().find((room) => room.roomId === roomId);
        const invite = remembered && parseInvite(remembered.roomKey);
        if (invite !== undefined) this.#goTo(invite.roomKey);
      },
      forgetRoom: (roomId) => {
        this.#keep(rooms.forget(roomId));
        this.#rememberedRooms.value = rooms.rooms();
      },
      leaveRoom: () => {
        this.#options.fragment.write("");
        void this.followFragment();
      },
      changeRoomKey: () => this.#roomMove.begin([]),
      removePeer: (gatewayId) => this.#roomMove.begin([gatewayId]),
      setName: (text) => {
        const name = cleanName(text);
        if (name !== undefined) this.#change({ name });
      },
      copyInvite: async () => {
        const url = this.#room.value?.inviteUrl;
        const isCopied = url !== undefined && (await copy(url));
        if (!isCopied) notices.raise("share-failed");
        return isCopied;
      },
      shareInvite: () => {
        const url = this.#room.value?.inviteUrl;
        if (url === undefined || share === undefined) return;
        void share(url).then((isShared) => {
          if (!isShared) notices.raise("share-failed");
        });
      },
      pairArmProbe: () => void this.#probeActions.add("bluetooth"),
      addThisPhone: () => void this.#probeActions.add("phone"),
      addSimulatedProbe: () => void this.#probeActions.add("simulated"),
      moveSimulated: (probeIndex, gesture) => this.#probeActions.move(probeIndex, gesture),
      renameProbe: (probeIndex, text) => {
        const name = cleanName(text);
        if (name !== undefined) this.#gateway?.renameProbe(probeIndex, name);
      },
      testBuzz: (probeIndex) => void this.#probeActions.testBuzz(probeIndex),
      removeProbe: (probeIndex) => void this.#gateway?.removeProbe(probeIndex),
      reconnectProbe: (probeIndex) => void this.#probeActions.reopen(probeIndex),
      buzzPeer: (gatewayId) => this.#gateway?.buzz(gatewayId, "double"),
      buzzAll: () => this.#gateway?.buzz("all", "double"),
      mutePeer: (gatewayId, isMuted) => {
        const others = this.#settings.value.mutedPeers.filter((id) => id !== gatewayId);
        this.#change({ mutedPeers: isMuted ? [...others, gatewayId].slice(-maxMutedPeers) : others });
      },
      watchProbe: (gatewayId, probeIndex, isWatched) =>
        this.#gateway?.watch(gatewayId, probeIndex, isWatched ? watchIntervalMs : undefined),
      setMuted: (isMuted) => this.#change({ isMuted }),
      setStrengthLimit: (strengthLimit) => this.#change({ strengthLimit }),
      setBuzzRate: (buzzesPerTenSeconds) => this.#change({ buzzesPerTenSeconds }),
      setRules: (rules) => this.#change({ rules }),
      setPowerMode: (powerMode) => this.#change({ powerMode }),
      setShiftEnd: (time) => {
        const outcome = this.#options.shift.setEnd(time);
        if (outcome !== undefined) this.#keep(outcome);
        this.#options.power.refresh();
      },
      darken: () => this.#options.darkScreen.darken(),
      wake: () => this.#options.darkScreen.wake(),
      dismissNotice: (id) => notices.dismiss(id),
      showFigures: (root) => this.#options.showFigures(root),
    };
  }
}
