// Actions for the gallery: each is recorded, and those whose effect a person expects to see at once change the scene.
import type { AppActions } from "../../../web/ui/app-model.ts";
import { lastingPower, probe, room, type SceneState, savingPower, type sceneModel } from "./fixtures.ts";

export type Call = readonly [name: string, ...values: readonly unknown[]];

export const recordingActions = (
  model: ReturnType<typeof sceneModel>,
  figures: SceneState["figures"],
  calls: Call[],
): AppActions => {
  const record =
    <Values extends readonly unknown[]>(name: string, apply: (...values: Values) => void = () => undefined) =>
    (...values: Values): void => {
      calls.push([name, ...values]);
      apply(...values);
    };
  const change = (settings: Partial<typeof model.settings.value>): void => {
    model.settings.value = { ...model.settings.value, ...settings };
  };
  return {
    createRoom: record("createRoom", () => {
      model.room.value = room;
    }),
    openInvite: record<[string]>("openInvite"),
    openRemembered: record<[string]>("openRemembered"),
    forgetRoom: record<[string]>("forgetRoom", (roomId) => {
      model.rememberedRooms.value = model.rememberedRooms.value.filter((known) => known.roomId !== roomId);
    }),
    leaveRoom: record("leaveRoom", () => {
      model.room.value = undefined;
    }),
    changeRoomKey: record("changeRoomKey"),
    removePeer: record<[string]>("removePeer", (gatewayId) => {
      model.peers.value = model.peers.value.map((peer) =>
        peer.gatewayId === gatewayId ? { ...peer, isBeingRemoved: true } : peer,
      );
    }),
    setName: record<[string]>("setName", (name) => change({ name })),
    copyInvite: async () => {
      calls.push(["copyInvite"]);
      return true;
    },
    shareInvite: record("shareInvite"),
    pairArmProbe: record("pairArmProbe"),
    addThisPhone: record("addThisPhone"),
    addSimulatedProbe: record("addSimulatedProbe", () => {
      const index = model.probes.value.length + 1;
      model.probes.value = [...model.probes.value, probe(index, `Simulated band ${index}`, { origin: "simulated" })];
    }),
    moveSimulated: record<[number, string]>("moveSimulated", (index, name) => {
      model.probes.value = model.probes.value.map((own) =>
        own.index === index ? { ...own, lastGesture: { name, atMs: performance.now() } } : own,
      );
    }),
    renameProbe: record<[number, string]>("renameProbe", (index, name) => {
      model.probes.value = model.probes.value.map((own) => (own.index === index ? { ...own, name } : own));
    }),
    testBuzz: record<[number]>("testBuzz", (index) => {
      model.probes.value = model.probes.value.map((own) =>
        own.index === index ? { ...own, lastBuzzAtMs: performance.now() } : own,
      );
    }),
    removeProbe: record<[number]>("removeProbe", (index) => {
      model.probes.value = model.probes.value.filter((own) => own.index !== index);
    }),
    reconnectProbe: record<[number]>("reconnectProbe"),
    buzzPeer: record<[string]>("buzzPeer"),
    buzzAll: record("buzzAll"),
    mutePeer: record<[string, boolean]>("mutePeer", (gatewayId, isMuted) => {
      model.peers.value = model.peers.value.map((peer) => (peer.gatewayId === gatewayId ? { ...peer, isMuted } : peer));
    }),
    watchProbe: record<[string, number, boolean]>("watchProbe", (gatewayId, index, isWatched) => {
      model.peers.value = model.peers.value.map((peer) =>
        peer.gatewayId === gatewayId
          ? { ...peer, probes: peer.probes.map((band) => (band.index === index ? { ...band, isWatched } : band)) }
          : peer,
      );
    }),
    setMuted: record<[boolean]>("setMuted", (isMuted) => change({ isMuted })),
    setStrengthLimit: record<[number]>("setStrengthLimit", (strengthLimit) => change({ strengthLimit })),
    setBuzzRate: record<[number]>("setBuzzRate", (buzzesPerTenSeconds) => change({ buzzesPerTenSeconds })),
    setRules: record<[typeof model.settings.value.rules]>("setRules", (rules) => change({ rules })),
    setPowerMode: record<[typeof model.settings.value.powerMode]>("setPowerMode", (powerMode) => {
      change({ powerMode });
      const isFull = powerMode === "full-speed";
      model.power.value = isFull ? { ...lastingPower, reason: { kind: "overruled", reach: "no" } } : savingPower;
    }),
    setShiftEnd: record<[string]>("setShiftEnd"),
    darken: record("darken", () => {
      model.isDark.value = true;
    }),
    wake: record("wake", () => {
      model.isDark.value = false;
    }),
    dismissNotice: record<[number]>("dismissNotice", (id) => {
      model.notices.value = model.notices.value.filter((notice) => notice.id !== id);
    }),
    showFigures: async (root) => {
      const [{ renderPanel }, fixtures, { recordingPanelActions }] = await Promise.all([
        import("../../../web/panel/panel.tsx"),
        import("./panel-fixtures.ts"),
        import("./panel-actions.ts"),
      ]);
      const shown = fixtures.panelModel(fixtures[figures]);
      globalThis.gallery.panel = shown;
      return renderPanel(root, shown, recordingPanelActions(shown, calls));
    },
  };
};
