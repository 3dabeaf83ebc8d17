import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { kinds } from "../../../firmware-bridge/frames/kinds.ts";
import { encodeMotion } from "../../../firmware-bridge/frames/payloads.ts";
import type { PenaltyBook } from "../../../gateway/admission/penalty-book.ts";
import type { Gateway } from "../../../gateway/gateway.ts";
import type { GatewayEvent } from "../../../gateway/gateway-events.ts";
import { minMoveIntervalMs, type SettledChange, settleMs } from "../../../gateway/key-change/room-key-change.ts";
import type { Peer } from "../../../gateway/peers/peer.ts";
import { vibrationOf } from "../../../gateway/probes/effects.ts";
import type { ServerState } from "../../../gateway/server-state.ts";
import { Statistics } from "../../../gateway/statistics/statistics.ts";
import type { Room } from "../../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../../gateway/wire/session-id.ts";
import { App, type InviteBase } from "../../../web/app.ts";
import { goneForGoodMs } from "../../../web/key-change/roll-call.ts";
import { letInWithinMs } from "../../../web/key-change/room-move.ts";
import type { RoomSession } from "../../../web/mesh/room-session.ts";
import { BusyTime } from "../../../web/platform/busy-time.ts";
import { webCrypto } from "../../../web/platform/web-crypto.ts";
import { DarkScreen } from "../../../web/power/dark-screen.ts";
import { Power } from "../../../web/power/power.ts";
import { Shift } from "../../../web/power/shift.ts";
import { ProbeOrigins } from "../../../web/probes/probe-origins.ts";
import { LogBook } from "../../../web/room/log-book.ts";
import { NoticeBoard } from "../../../web/room/notice-board.ts";
import type { PageSessionListener } from "../../../web/room/present-room.ts";
import { RoomStore } from "../../../web/store/room-store.ts";
import { SettingsStore } from "../../../web/store/settings-store.ts";
import type { TextStorage } from "../../../web/store/text-storage.ts";
import type { Settings } from "../../../web/ui/app-model.ts";
import { FakeTime, settle } from "../../support/fake-time.ts";
import { connect, type Member, newGateway, newMember } from "../../support/memory-room.ts";
import { RecordingLink } from "../../support/recording-link.ts";

const invite = (letter: string): string => `#k=${letter.repeat(21)}A`;

interface Joined {
  readonly room: Room;
  readonly settings: Settings;
  readonly listener: PageSessionListener;
  readonly gateway: Gateway;
  readonly penalties: PenaltyBook | undefined;
  serverState: ServerState;
  isClosed: boolean;
  hasMoved: boolean;
}

const memoryStorage = (): TextStorage => {
  const entries = new Map<string, string>();
  return {
    read: (key) => entries.get(key),
    write: (key, text) => {
      entries.set(key, text);
      return "kept";
    },
  };
};

/** A peer that a member is connected to. */
const anyPeer = async (time: FakeTime, member: Member): Promise<Peer> => {
  const other = await newMember(time, "Nora");
  await connect(time, other, member);
  return member.peerOf(other);
};

describe("App", () => {
  let time: FakeTime;
  let app: App;
  let inviteBase: InviteBase;
  let fragment: string;
  let replaced: string[];
  let joined: Joined[];
  let storage: TextStorage;
  let gateway: Gateway;
  let chosen: "bluetooth-refused" | "chooser-cancelled";
  /** What an entry into a room waits for. */
  let beforeEntry: () => Promise<void>;
  /** What its server has said of the next room when it is open. */
  let firstServerState: ServerState;

  /** Every session of these tests runs on one gateway in memory: what is looked at is the app, not the room. */
  const open = (): App => {
    const darkScreen = new DarkScreen({ schedule: time.schedule });
    const shift = new Shift({ wallNow: time.now, storage, hours: () => 8 });
    const power = new Power({ monotonicNow: time.now, wallNow: time.now, schedule: time.schedule, shift, darkScreen });
    return new App({
      now: time.now,
      schedule: time.schedule,
      today: () => new Date(0),
      crypto: webCrypto,
      settings: new SettingsStore(storage, 1),
      rooms: new RoomStore(storage),
      origins: new ProbeOrigins(
        {
          bluetooth: async () => chosen,
          phone: async () => "motion-unsupported",
          simulated: async () => ({ origin: "simulated", makeLink: () => new RecordingLink("simulated") }),
        },
        new BusyTime(time.now),
      ),
      darkScreen,
      shift,
      power,
      log: new LogBook(() => new Date(0)),
      notices: new NoticeBoard(),
      open: async (settings, room, listener, penalties) => {
        await beforeEntry();
        const told = { room, settings, listener, gateway, penalties };
        const one: Joined = { ...told, serverState: firstServerState, isClosed: false, hasMoved: false };
        joined.push(one);
        const session = {
          gateway: one.gateway,
          get serverState() {
            return one.serverState;
          },
          close: async () => {
            one.isClosed = true;
          },
          moveTo: async (next: { readonly gateway: Gateway }) => {
            one.hasMoved = true;
            await one.gateway.moveTo(next.gateway);
          },
        } as unknown as RoomSession;
        const { roomId } = room;
        const statistics = new Statistics(time.now);
        return { session, gateway, pendingDials: new Set(), statistics, roomId, epoch: 1, name: () => settings.name };
      },
      followers: [power],
      inviteBase: () => inviteBase,
      fragment: {
        read: () => fragment,
        write: (text) => {
          fragment = text;
        },
        replace: (text) => {
          fragment = text;
          replaced.push(text);
        },
      },
      copy: async () => false,
      share: undefined,
      platform: { bluetooth: undefined, motion: undefined, vibration: undefined, share: false },
      showFigures: async () => undefined,
      isAwakeLocked: signal(false),
    });
  };

  /** Room keys are derived off the thread. */
  const untilJoined = async (count: number): Promise<void> => {
    await expect.poll(() => joined.length).toBe(count);
    await settle();
  };
  const noticeCodes = (): readonly string[] => app.model.notices.value.map(({ code }) => code);

  beforeEach(async () => {
    time = new FakeTime(1_000);
    fragment = "";
    inviteBase = { url: "https://mesh.example", elsewhere: "mesh.example", problem: undefined };
    replaced = [];
    joined = [];
    storage = memoryStorage();
    chosen = "chooser-cancelled";
    beforeEntry = async () => undefined;
    firstServerState = { kind: "connecting" };
    const onEvent = (event: GatewayEvent): void =>
      joined.findLast((one) => one.gateway.id === id)?.listener.onEvent(event);
    gateway = (await newMember(time, "Anna", { onEvent })).gateway;
    const { id } = gateway;
    for (const { index } of gateway.probes) await gateway.removeProbe(index);
    app = open();
  });

  it("should create a room that the address names, and remember it", async () => {
    app.actions.createRoom();
    await untilJoined(1);
    expect(fragment).toMatch(/^#k=[\w-]{22}$/);
    expect(app.model.room.value?.inviteUrl).toBe(`https://mesh.example${fragment}`);
    expect(app.model.room.value?.inviteElsewhere).toBe("mesh.example");
    expect(app.model.rememberedRooms.value.map(({ roomId }) => roomId)).toEqual([joined[0]?.room.roomId]);
  });

  it("should name another address in the invite as soon as the server has named it", async () => {
    inviteBase = { url: "http://localhost:8080", elsewhere: undefined, problem: "invite-not-reachable" };
    app.inviteBaseChanged(); // In no room there is no invite.
    app.actions.createRoom();
    await untilJoined(1);
    expect(app.model.room.value?.inviteProblem).toBe("invite-not-reachable");
    inviteBase = { url: "https://mesh.example", elsewhere: "mesh.example", problem: undefined };
    app.inviteBaseChanged();
    expect(app.model.room.value?.inviteUrl).toBe(`https://mesh.example${fragment}`);
    expect(app.model.room.value?.inviteProblem).toBeUndefined();
  });

  it("should open a remembered room again after a reload, until it is forgotten", async () => {
    app.actions.openInvite(`https://anywhere.example/${invite("a")}`);
    await untilJoined(1);
    const roomId = joined[0]?.room.roomId ?? "";
    fragment = "";
    app = open();
    app.actions.openRemembered(roomId);
    await untilJoined(2);
    expect(joined[1]?.room.roomId).toBe(roomId);
    app.actions.forgetRoom(roomId);
    expect(app.model.rememberedRooms.value).toEqual([]);
  });

  it("should say what is wrong with half an invite, and stay where it is", async () => {
    app.actions.openInvite("https://anywhere.example/#k=half");
    fragment = "#k=half";
    await app.followFragment();
    expect(noticeCodes()).toEqual(["bad-invite"]);
    expect(joined).toEqual([]);
  });

  it("should be in one room at a time, however fast the address changes", async () => {
    fragment = invite("a");
    const first = app.followFragment();
    fragment = invite("b");
    await Promise.all([first, app.followFragment(), app.followFragment()]);
    const last = joined.at(-1);
    expect(joined.filter(({ isClosed }) => !isClosed)).toEqual([last]);
    expect(app.model.room.value?.roomId).toBe(last?.room.roomId);
    app.actions.leaveRoom();
    await expect.poll(() => last?.isClosed).toBe(true);
    expect(app.model.room.value).toBeUndefined();
    expect(fragment).toBe("");
  });

  it("should say that a room could not be entered, and enter the next", async () => {
    const complaint = vi.spyOn(console, "error").mockReturnValue();
    onTestFinished(() => complaint.mockRestore());
    beforeEntry = () => Promise.reject(new Error("PeerJS of another version"));
    fragment = invite("a");
    await app.followFragment();
    expect(noticeCodes()).toEqual(["room-not-entered"]);
    expect(complaint).toHaveBeenCalledOnce();
    expect(app.model.room.value).toBeUndefined();
    beforeEntry = async () => undefined;
    app.actions.createRoom();
    await untilJoined(1);
    expect(app.model.room.value?.roomId).toBe(joined[0]?.room.roomId);
    expect(noticeCodes()).toEqual([]);
  });

  it("should not stay in a room that the person left while it was entering", async () => {
    beforeEntry = () => app.leave();
    fragment = invite("a");
    await app.followFragment();
    expect(joined).toHaveLength(1);
    expect(joined.every(({ isClosed }) => isClosed)).toBe(true);
    expect(app.model.room.value).toBeUndefined();
  });

  it("should hear nothing more of a room that it has left", async () => {
    fragment = invite("a");
    await app.followFragment();
    const [left] = joined;
    await app.leave();
    const lines = app.model.log.value.length;
    left?.listener.onEvent({ kind: "woke" });
    left?.listener.onMeshChange({ kind: "away", retryAtMs: 0 });
    await time.advance(1_000);
    expect(app.model.log.value).toHaveLength(lines);
    expect(noticeCodes()).toEqual([]);
  });

  it("should distinguish a server that was never there from one that went away, and take the notice back", async () => {
    fragment = invite("a");
    await app.followFragment();
    const say = (kind: "connected" | "away"): void =>
      joined[0]?.listener.onMeshChange(kind === "away" ? { kind, retryAtMs: 5_000 } : { kind });
    say("away");
    expect(noticeCodes()).toEqual(["server-unreachable"]);
    say("connected");
    expect(noticeCodes()).toEqual([]);
    say("away");
    say("away");
    expect(noticeCodes()).toEqual(["server-away"]);
  });

  it("should keep name, rules and limits over a reload, and apply them at once", async () => {
    fragment = invite("a");
    await app.followFragment();
    app.actions.setName("  Anna Maria  ");
    app.actions.setMuted(true);
    app.actions.setStrengthLimit(35);
    app.actions.setRules([]);
    app = open();
    expect(app.model.settings.value).toMatchObject({ name: "Anna Maria", isMuted: true, strengthLimit: 35, rules: [] });
  });

  it("should keep a person muted over rooms and reloads, until they are unmuted", async () => {
    const [mira, tom] = ["ab".repeat(16), "cd".repeat(16)];
    fragment = invite("a");
    await app.followFragment();
    app.actions.mutePeer(mira, true);
    app.actions.mutePeer(tom, true);
    app.actions.mutePeer(tom, false);
    expect([mira, tom].map((id) => gateway.isMuted(id))).toEqual([true, false]);
    gateway = (await newMember(time, "Anna")).gateway; // Another room's, or the next load's.
    app = open();
    fragment = invite("b");
    await app.followFragment();
    expect([mira, tom].map((id) => gateway.isMuted(id))).toEqual([true, false]);
  });

  it("should apply at once what another tab has changed", async () => {
    const mira = "ab".repeat(16);
    fragment = invite("a");
    await app.followFragment();
    const probe = gateway.addProbe(new RecordingLink("arm"), "Arm");
    app.actions.mutePeer(mira, true);
    new SettingsStore(storage, 2).save({ isMuted: true, rules: [], mutedPeers: [], name: "Second tab" });
    app.readSettings();
    expect(app.model.settings.value).toMatchObject({ isMuted: true, rules: [], name: "Phone" });
    expect(gateway.isMuted(mira)).toBe(false);
    await probe?.open();
    expect(await probe?.downlink.vibrate(vibrationOf("short"), time.now() + 1_000)).toBe("muted");
  });

  it("should add a probe once, say why one cannot be added, and keep quiet when the chooser was cancelled", async () => {
    fragment = invite("a");
    await app.followFragment();
    app.actions.pairArmProbe();
    await time.advance(500);
    expect(noticeCodes()).toEqual([]);
    chosen = "bluetooth-refused";
    app.actions.pairArmProbe();
    app.actions.addThisPhone();
    await time.advance(500);
    expect(noticeCodes()).toEqual(["bluetooth-refused", "motion-unsupported"]);
    app.actions.addSimulatedProbe();
    await time.advance(500);
    app.actions.addSimulatedProbe();
    await time.advance(500);
    expect(app.model.probes.value.map(({ origin, link }) => [origin, link.kind])).toEqual([["simulated", "connected"]]);
    expect(noticeCodes()).toContain("already-paired");
    expect(app.model.bluetoothSlots.value).toEqual({ used: 0, total: 7 });
  });

  describe("when the room's key is changed", () => {
    const newKey = new Uint8Array(16).fill(3);
    const newFragment = "#k=AwMDAwMDAwMDAwMDAwMDAw";
    let old: Joined | undefined;

    /** Another gateway, as in the room of the new key. */
    const nextGateway = async (): Promise<void> => {
      gateway = await newGateway(time, "Anna");
    };
    /** What its server says of that room. */
    const say = (room: Joined | undefined, serverState: ServerState): void => {
      if (room === undefined) throw new Error("there is no such room");
      room.serverState = serverState;
      room.listener.onMeshChange(serverState);
    };
    const change = async (begin: () => void): Promise<void> => {
      old?.listener.onMeshChange({ kind: "connected" });
      begin();
      await time.advance(settleMs + 100);
      await untilJoined(2);
    };
    /** The app's own gateway as a member that can be connected; all but gateway and session is like another's. */
    const inOldRoom = (other: Member): Member => ({
      ...other,
      gateway: old?.gateway ?? other.gateway,
      sessionId: makeSessionId("00112233445566778899aabbccddeeff", webCrypto.randomBytes),
    });
    const rooms = () => new RoomStore(storage).rooms();
    const logTexts = (): readonly string[] => app.model.log.value.map(({ text }) => text);

    beforeEach(async () => {
      fragment = invite("a");
      await app.followFragment();
      [old] = joined;
      firstServerState = { kind: "connected" };
      await nextGateway();
    });

    it("should move with its probes, and have the old key nowhere any more", async () => {
      const link = new RecordingLink("arm");
      await old?.gateway.addProbe(link, "Arm")?.open();
      await change(() => old?.gateway.changeRoomKey(newKey, []));
      expect(joined[1]?.gateway.probes.map((probe) => probe.link)).toEqual([link]);
      expect(joined[1]?.penalties).toBe(old?.gateway.penalties);
      expect(link.state.kind).toBe("connected");
      expect(old?.gateway.probes).toEqual([]);
      expect(old?.hasMoved).toBe(true);
      expect(joined[1]?.room.roomKey).toEqual(newKey);
      expect(replaced).toEqual([newFragment]);
      expect(app.model.room.value?.inviteUrl).toBe(`https://mesh.example${newFragment}`);
      expect(rooms().map(({ roomKey }) => `#k=${roomKey}`)).toEqual([newFragment]);
      expect(logTexts()).toContain("You changed the room’s key");
      expect(noticeCodes()).toEqual([]);
    });

    it("should say which person changed it and which was removed, and keep mutes, rules and limits", async () => {
      const [mira, tom, muted] = [await newMember(time, "Mira"), await newMember(time, "Tom"), "ab".repeat(16)];
      const me = inOldRoom(mira);
      for (const other of [mira, tom]) await connect(time, other, me);
      app.actions.mutePeer(muted, true);
      app.actions.setStrengthLimit(35);
      await change(() => mira.gateway.changeRoomKey(newKey, [tom.gateway.id]));
      expect(app.model.notices.value).toMatchObject([
        { code: "room-key-changed", subjects: ["Mira changed the room’s key; Tom was removed"] },
      ]);
      expect(logTexts()).toContain("Mira changed the room’s key; Tom was removed");
      expect(joined[1]?.settings).toMatchObject({ strengthLimit: 35 });
      expect(joined[1]?.gateway.isMuted(muted)).toBe(true);
    });

    it("should begin a change by a tap, and say when a person could not be removed", async () => {
      const tom = "cd".repeat(16);
      app.actions.changeRoomKey();
      expect(noticeCodes()).toEqual(["key-change-needs-server"]); // In the room of the new key nobody would be found.
      old?.listener.onMeshChange({ kind: "connected" });
      app.actions.removePeer(tom);
      app.actions.removePeer(tom); // Once more is no second wish.
      expect(old?.gateway.isBeingRemoved(tom)).toBe(true);
      expect(noticeCodes()).toEqual([]);
      app.actions.removePeer("ef".repeat(16));
      expect(noticeCodes()).toEqual(["not-removed"]);
      await time.advance(settleMs);
      await untilJoined(2);
      expect(fragment).toMatch(/^#k=[\w-]{22}$/);
      expect(fragment).not.toBe(invite("a"));
    });

    it("should keep room and channels while its server is away, and move when that is back", async () => {
      const mira = await newMember(time, "Mira");
      await connect(time, mira, inOldRoom(mira));
      old?.listener.onMeshChange({ kind: "connected" });
      mira.gateway.changeRoomKey(newKey, []);
      await time.advance(100);
      old?.listener.onMeshChange({ kind: "away", retryAtMs: 5_000 });
      await time.advance(settleMs);
      await app.followFragment();
      expect(joined).toHaveLength(1); // In the room of the new key nobody would be met.
      expect([old?.hasMoved, old?.gateway.heldSessionIds().length]).toEqual([false, 1]);
      expect(noticeCodes()).toContain("key-change-waits");
      expect([fragment, replaced]).toEqual([invite("a"), []]);
      old?.listener.onMeshChange({ kind: "connected" });
      await untilJoined(2);
      expect(joined[1]?.room.roomKey).toEqual(newKey);
      expect(old?.hasMoved).toBe(true);
      expect(replaced).toEqual([newFragment]);
      expect(noticeCodes()).toEqual(["room-key-changed"]);
      joined[1]?.listener.onMeshChange({ kind: "away", retryAtMs: 5_000 });
      joined[1]?.listener.onMeshChange({ kind: "connected" });
      await app.followFragment();
      expect(joined).toHaveLength(2);
    });

    describe("and the room of the new key does not let it in", () => {
      let mira: Member;

      beforeEach(async () => {
        firstServerState = { kind: "connecting" };
        mira = await newMember(time, "Mira");
        await connect(time, mira, inOldRoom(mira));
        await change(() => mira.gateway.changeRoomKey(newKey, []));
        say(joined[1], { kind: "away", retryAtMs: 0 });
      });

      const expectInOldRoom = (): void => {
        expect(app.model.room.value?.roomId).toBe(old?.room.roomId);
        expect([fragment, replaced]).toEqual([invite("a"), []]);
        expect(rooms().map(({ roomId }) => roomId)).toEqual([old?.room.roomId]);
        expect([old?.hasMoved, old?.isClosed, old?.gateway.heldSessionIds().length]).toEqual([false, false, 1]);
        expect(app.model.server.value).toEqual({ kind: "connected" });
      };

      it("should keep key, place and channels, and go back and say so after a while", async () => {
        expectInOldRoom();
        await time.advance(letInWithinMs);
        expect(app.model.notices.value).toMatchObject([
          { code: "new-room-closed", subjects: ["Mira changed the room’s key"] },
        ]);
        expect(logTexts()).toContain("Mira changed the room’s key; the new room did not let this phone in");
        expect(joined[1]?.isClosed).toBe(true);
        say(joined[1], { kind: "connected" }); // Too late.
        expectInOldRoom();
      });

      it("should go with the next key, whichever member makes it", async () => {
        await time.advance(letInWithinMs);
        mira.gateway.stay();
        firstServerState = { kind: "connected" };
        app.actions.removePeer("ef".repeat(16));
        await time.advance(minMoveIntervalMs + 100);
        await untilJoined(3);
        expect(app.model.room.value?.roomId).toBe(joined[2]?.room.roomId);
        expect(noticeCodes()).toEqual([]);
      });

      it("should move as soon as it is let in", async () => {
        await time.advance(letInWithinMs - 1_000);
        say(joined[1], { kind: "connected" });
        expect([old?.hasMoved, fragment]).toEqual([true, newFragment]);
        expect(app.model.room.value?.roomId).toBe(joined[1]?.room.roomId);
        expect(noticeCodes()).toEqual(["room-key-changed"]);
        await time.advance(letInWithinMs);
        expect(noticeCodes()).not.toContain("new-room-closed");
      });

      it("should count no time while the server is away from its own room, too", async () => {
        await time.advance(letInWithinMs - 1_000);
        say(old, { kind: "away", retryAtMs: 0 });
        await time.advance(letInWithinMs);
        expect(noticeCodes()).toEqual(["server-away", "key-change-waits"]);
        expect(joined[1]?.isClosed).toBe(false);
        say(old, { kind: "connected" });
        await time.advance(letInWithinMs - 1_000);
        expect([noticeCodes(), joined[1]?.isClosed]).toEqual([[], false]);
        await time.advance(1_000);
        expect([noticeCodes(), joined[1]?.isClosed]).toEqual([["new-room-closed"], true]);
      });

      it("should go on trying where all others are gone: they are there", async () => {
        await mira.gateway.close();
        await time.advance(letInWithinMs);
        expect(noticeCodes()).toContain("new-room-closed");
        await time.advance(letInWithinMs);
        say(joined[1], { kind: "connected" });
        expect(app.model.room.value?.roomId).toBe(joined[1]?.room.roomId);
        expect(noticeCodes()).not.toContain("new-room-closed");
      });

      it("should forget the new room when the person leaves", async () => {
        app.actions.leaveRoom();
        await app.followFragment();
        expect(joined.map(({ isClosed }) => isClosed)).toEqual([true, true]);
        say(joined[1], { kind: "connected" });
        await time.advance(letInWithinMs);
        expect(app.model.room.value).toBeUndefined();
        expect(noticeCodes()).toEqual([]);
      });

      it("should hear nothing of the new room before it is in it", async () => {
        joined[1]?.listener.onEvent({ kind: "woke" });
        expect(logTexts()).not.toContain("This page was asleep; it compares clocks again before anything vibrates");
      });
    });

    it("should stay and say so when the room of the new key cannot even be opened", async () => {
      const complaint = vi.spyOn(console, "error").mockReturnValue();
      onTestFinished(() => complaint.mockRestore());
      beforeEntry = () => Promise.reject(new Error("no further identity"));
      old?.listener.onMeshChange({ kind: "connected" });
      old?.gateway.changeRoomKey(newKey, []);
      await time.advance(settleMs + 100);
      await expect.poll(() => noticeCodes()).toEqual(["new-room-closed"]);
      expect(complaint).toHaveBeenCalledOnce();
      expect(app.model.room.value?.roomId).toBe(old?.room.roomId);
      expect(old?.gateway.changeRoomKey(newKey, [])).toBe("begun");
    });

    it("should not move when it was left while its move waited for the server", async () => {
      old?.listener.onMeshChange({ kind: "away", retryAtMs: 5_000 });
      old?.gateway.changeRoomKey(newKey, []);
      await time.advance(settleMs);
      expect(noticeCodes()).toContain("key-change-waits");
      app.actions.leaveRoom();
      await app.followFragment();
      expect(noticeCodes()).not.toContain("key-change-waits");
      fragment = invite("b");
      await app.followFragment();
      joined[1]?.listener.onMeshChange({ kind: "connected" });
      await app.followFragment();
      expect(joined).toHaveLength(2);
      expect(fragment).toBe(invite("b"));
    });

    it("should stay when a peer says that it should go while a change settles", async () => {
      old?.listener.onMeshChange({ kind: "connected" });
      old?.gateway.changeRoomKey(newKey, []);
      app.actions.leaveRoom();
      await app.followFragment();
      await time.advance(settleMs);
      await app.followFragment();
      expect(joined).toHaveLength(1);
      expect(fragment).toBe("");
      expect(app.model.room.value).toBeUndefined();
    });

    it("should believe no change that its room knows nothing of", async () => {
      const { id } = gateway;
      const made: SettledChange = { roomKey: newKey, by: id, toldBy: id, removed: [], notRemoved: [], expected: [] };
      old?.listener.onMeshChange({ kind: "connected" });
      old?.listener.onEvent({ kind: "room-key-settled", change: made });
      await app.followFragment();
      expect(joined).toHaveLength(1);
    });

    const removal = () => app.model.notices.value.filter(({ code }) => code === "removed-from-room");
    const sayRemoved = (peer: Peer): void => old?.listener.onEvent({ kind: "removed", peer });

    it("should stay when a peer says that it was removed, and name that peer, once", async () => {
      const mira = await newMember(time, "Mira");
      await connect(time, mira, inOldRoom(mira));
      const [peer] = old?.gateway.peers ?? [];
      if (peer === undefined) throw new Error("nobody is there");
      sayRemoved(peer);
      sayRemoved(peer);
      await app.followFragment();
      expect(removal()).toMatchObject([{ subjects: ["Mira"] }]);
      expect(old?.isClosed).toBe(false);
      expect(app.model.room.value?.roomId).toBe(old?.room.roomId);
      expect([fragment, replaced]).toEqual([invite("a"), []]);
      expect(logTexts().filter((text) => text === "Mira says that you were removed from the room")).toHaveLength(1);
    });

    it("should stay whichever peer says so, and however many, until the person taps", async () => {
      const host = await newMember(time, "Host");
      const claimants = [];
      for (let nth = 1; nth <= 5; nth++) claimants.push(await anyPeer(time, host));
      for (const claimant of claimants) sayRemoved(claimant);
      await app.followFragment();
      expect(removal()).toMatchObject([{ subjects: ["Nora #1, Nora #2, Nora #3 and 2 more"] }]);
      expect(app.model.room.value?.roomId).toBe(old?.room.roomId);
      app.actions.leaveRoom();
      await expect.poll(() => old?.isClosed).toBe(true);
      fragment = invite("b");
      await app.followFragment();
      expect(removal()).toEqual([]); // The next room is another.
      joined.at(-1)?.listener.onEvent({ kind: "removed", peer: await anyPeer(time, host) });
      expect(removal()).toMatchObject([{ subjects: ["Nora #6"] }]);
    });

    it("should hear in the new room, too, when others of the old one say that it was removed", async () => {
      const mira = await newMember(time, "Mira");
      const [first, second] = [await anyPeer(time, mira), await anyPeer(time, mira)];
      sayRemoved(first);
      await change(() => old?.gateway.changeRoomKey(newKey, []));
      expect(removal()).toMatchObject([{ subjects: ["Nora #1"] }]); // Moving on does not take it back.
      sayRemoved(second);
      await app.followFragment();
      expect(removal()).toMatchObject([{ subjects: ["Nora #1 and Nora #2"] }]);
      expect(app.model.room.value?.roomId).toBe(joined[1]?.room.roomId);
      expect(joined[1]?.isClosed).toBe(false);
    });

    it("should name the people who have not come along to the new key, until they come", async () => {
      const [mira, tom, nora] = await Promise.all(["Mira", "Tom", "Nora"].map((name) => newMember(time, name)));
      if (!mira || !tom || !nora) throw new Error("three are named");
      for (const other of [mira, tom, nora]) await connect(time, other, inOldRoom(other));
      const onEvent = (event: GatewayEvent): void => joined.at(-1)?.listener.onEvent(event);
      gateway = await newGateway(time, "Anna", { onEvent });
      await change(() => old?.gateway.changeRoomKey(newKey, [nora.gateway.id]));
      joined[1]?.listener.onMeshChange({ kind: "connected" });
      const missing = () => app.model.notices.value.filter(({ code }) => code === "not-come-along");
      const here: Member = { ...mira, gateway, sessionId: inOldRoom(mira).sessionId };
      await connect(time, tom, here);
      await time.advance(goneForGoodMs);
      expect(missing()).toMatchObject([{ subjects: ["Mira"] }]);
      expect(logTexts()).toContain("Mira has not come along to the new room key");
      await connect(time, mira, here);
      expect(missing()).toEqual([]);
    });

    it("should say when all others went without a goodbye and nobody is back, and take it back when somebody comes", async () => {
      const mira = await newMember(time, "Mira");
      const me = inOldRoom(mira);
      const { dialer } = await connect(time, mira, me);
      old?.listener.onMeshChange({ kind: "connected" });
      dialer.close("its network is gone");
      await time.advance(29_000);
      expect(noticeCodes()).toEqual([]);
      await time.advance(2_000);
      expect(noticeCodes()).toEqual(["everybody-gone"]);
      await connect(time, mira, me);
      expect(noticeCodes()).toEqual([]);
    });

    it("should name the peer that says that the room has moved on, and stay", async () => {
      const mira = await newMember(time, "Mira");
      const peer = await anyPeer(time, mira);
      for (let said = 1; said <= 2; said++) old?.listener.onEvent({ kind: "left-behind", peer });
      expect(app.model.notices.value).toMatchObject([{ code: "left-behind", subjects: ["Nora"] }]);
      const texts = logTexts().filter((text) => text.startsWith("Nora says that the room has moved on"));
      expect(texts).toHaveLength(1);
      expect(app.model.room.value).toBeDefined();
    });
  });

  it("should say so when an invite cannot be copied", async () => {
    fragment = invite("a");
    await app.followFragment();
    expect(await app.actions.copyInvite()).toBe(false);
    expect(noticeCodes()).toEqual(["share-failed"]);
  });

  describe("while the screen is dark", () => {
    const band = async () => {
      const link = new RecordingLink("band");
      const probe = gateway.addProbe(link, "band");
      await probe?.open();
      return link;
    };
    const move = (link: RecordingLink): void =>
      link.emit({ kind: kinds.motion, payload: encodeMotion({ clockMs: 0, x: 1, y: 2, z: 3 }), receivedAtMs: 0 });

    it("should change nothing that is drawn, go on as a gateway, and catch up when it wakes", async () => {
      fragment = invite("A");
      void app.followFragment();
      await untilJoined(1);
      const link = await band();
      await time.advance(200);
      move(link);
      const { probes, peers, traffic, log, server } = app.model;
      const trail = probes.value[0]?.motionTrail;
      let changes = 0;
      const stops = [probes, peers, traffic, log, server, ...(trail === undefined ? [] : [trail])].map((drawn) =>
        drawn.subscribe(() => void changes++),
      );
      app.actions.darken();
      changes = 0;
      for (let i = 0; i < 20; i++) {
        move(link);
        joined[0]?.listener.onMeshChange({ kind: "connected" });
        joined[0]?.listener.onEvent({ kind: "woke" });
        await time.advance(200);
      }
      expect(changes).toBe(0);
      expect(trail?.value).toHaveLength(1);
      app.actions.testBuzz(gateway.probes[0]?.index ?? 0);
      await settle();
      expect(link.written).toHaveLength(1);
      app.actions.wake();
      expect(log.value.at(-1)?.text).toMatch(/asleep/);
      expect(server.value).toEqual({ kind: "connected" });
      move(link);
      expect(trail?.value).toHaveLength(2);
      for (const stop of stops) stop();
    });

    it("should wake when the room is left", async () => {
      fragment = invite("A");
      void app.followFragment();
      await untilJoined(1);
      app.actions.darken();
      await app.leave();
      expect(app.model.isDark.value).toBe(false);
    });
  });
});
