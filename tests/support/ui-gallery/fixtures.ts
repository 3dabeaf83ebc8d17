// Made-up people, probes and figures in every main state of the page. Nothing is random, so a picture stays the same.
import { signal } from "@preact/signals";
import { capabilities } from "../../../firmware-bridge/devices/device-info.ts";
import { powerPlans } from "../../../gateway/power/power-plan.ts";
import { defaultRules } from "../../../gateway/probes/rules.ts";
import {
  type AppModel,
  type LogLine,
  type MotionPoint,
  motionTrailLength,
  type PeerStateView,
  type PeerView,
  type PowerView,
  type ProbeView,
  type RememberedRoom,
  type RoomView,
  type Settings,
  type TrafficView,
} from "../../../web/ui/app-model.ts";

/** The moment of every picture, on the model's clock. */
export const nowMs = 600_000;

const armCapabilities =
  capabilities.motionOut | capabilities.gestureOut | capabilities.batteryOut | capabilities.vibrateIn;

/** An arm that rests, waves, and rests again; `phase` makes one probe's line differ from another's. */
export const waveTrail = (phase: number): readonly MotionPoint[] =>
  Array.from({ length: motionTrailLength }, (_, i) => {
    const burst = Math.exp(-(((i - 34 + 6 * Math.sin(phase)) / 11) ** 2));
    return {
      x: Math.round(500 * burst * Math.cos(i * 0.41 + phase) + 30 * Math.cos(i * 2.1) - 250),
      y: Math.round(1500 * burst * Math.sin(i * 0.82 + phase) + 40 * Math.sin(i * 1.7)),
      z: Math.round(900 + 350 * burst * Math.sin(i * 0.53) + 25 * Math.sin(i * 1.3)),
    };
  });

export const probe = (index: number, name: string, more: Partial<ProbeView> = {}): ProbeView => ({
  index,
  name,
  origin: "bluetooth",
  link: { kind: "connected" },
  capabilities: armCapabilities,
  battery: { percent: 82, charging: false },
  lastGesture: undefined,
  lastBuzzAtMs: undefined,
  motionTrail: signal(waveTrail(index)),
  ...more,
});

export const connected = (oneWayMs: number, boundMs: number): PeerStateView => ({
  kind: "connected",
  delay: { oneWayMs, boundMs },
});

/** Gateway ids are 32 hexadecimal digits. */
const gatewayId = (n: number): string => n.toString(16).padStart(32, "0");

export const person = (n: number, name: string, state: PeerStateView, more: Partial<PeerView> = {}): PeerView => ({
  gatewayId: gatewayId(n),
  name,
  state,
  isMuted: false,
  isHidden: false,
  isBeingRemoved: false,
  probes: [
    {
      index: 1,
      name: "Right arm",
      isConnected: state.kind === "connected",
      canVibrate: true,
      batteryPercent: 40 + ((n * 17) % 60),
      isWatched: false,
      motionTrail: signal(waveTrail(n)),
    },
  ],
  lastGesture: undefined,
  ...more,
});

export const tenPeople: readonly PeerView[] = [
  person(1, "Mira", connected(11.6, 3.1), { lastGesture: { name: "wave", atMs: nowMs - 2000 } }),
  person(2, "Jonas", connected(4.2, 1.9)),
  person(3, "Aylin", connected(23.4, 8.2), { isMuted: true }),
  person(4, "Per-Olof", { kind: "asleep", sinceMs: nowMs - 41_000 }),
  person(5, "Kwame", connected(7.8, 2.6)),
  person(6, "Station 6", { kind: "connected", delay: undefined }, { probes: [] }),
  person(7, "Lucía", connected(15.9, 5.5)),
  person(8, "Noor", { kind: "connecting" }, { probes: [] }),
  person(9, "Tomasz", connected(9.1, 2.2)),
  person(10, "Ines", { kind: "gone", sinceMs: nowMs - 130_000 }),
];

export const room: RoomView = {
  roomId: "8d2f0c9be1a74c55a1f06b7d3e9c4a12",
  label: "Early shift",
  inviteUrl: "https://192.168.1.20:8443/#k=3q2-7wAAESIzRFVmd4iZqg",
  inviteElsewhere: undefined,
  inviteProblem: undefined,
};

export const rememberedRooms: readonly RememberedRoom[] = [
  { roomId: room.roomId, label: "Early shift", lastUsedAt: "2026-05-04T06:10:00Z" },
  { roomId: "0".repeat(32), label: "Dance group, Thursdays", lastUsedAt: "2026-04-30T18:00:00Z" },
];

const settings: Settings = {
  name: "Anna",
  isMuted: false,
  strengthLimit: 80,
  buzzesPerTenSeconds: 6,
  rules: defaultRules,
  mutedPeers: [],
  powerMode: "automatic",
};

/** Ten hours after the log's first line, by a clock that the pictures share with nobody. */
const shiftEndsAtMs = new Date(2026, 4, 4, 18).getTime();

export const lastingPower: PowerView = {
  plan: powerPlans.full,
  reason: { kind: "lasts" },
  shiftEndsAtMs,
  noBattery: undefined,
  unthinned: [],
};

export const savingPower: PowerView = {
  ...lastingPower,
  plan: powerPlans.saving,
  reason: { kind: "saving", reach: "yes" },
};

const traffic: TrafficView = {
  recordsSent: 4127,
  recordsDelivered: 4089,
  duplicate: 3,
  late: 12,
  lost: 0,
  dropped: 26,
  refusedPeers: 1,
};

const noTraffic: TrafficView = {
  recordsSent: 0,
  recordsDelivered: 0,
  duplicate: 0,
  late: 0,
  lost: 0,
  dropped: 0,
  refusedPeers: 0,
};

export const logLines = (entries: readonly (readonly [LogLine["tone"], string])[]): readonly LogLine[] =>
  entries.map(([tone, text], i) => ({ id: i + 1, at: new Date(Date.UTC(2026, 4, 4, 8, 12, 7 * i)), tone, text }));

export const busyLog = logLines([
  ["info", "You came into Early shift."],
  ["good", "Mira is connected."],
  ["good", "Left arm is connected."],
  ["info", "Mira waved: double buzz on Left arm."],
  ["warning", "Per-Olof's phone fell asleep."],
  ["info", "You buzzed Jonas."],
  ["problem", "Left arm stayed still for Aylin: it would have been too late"],
  ["info", "Tomasz tapped: short buzz on Left arm."],
  ["info", "Ines left."],
  ["info", "Mira waved: double buzz on Left arm."],
]);

/** What a signal of the model may be given in a scene, by name. */
export interface SceneState {
  readonly room: RoomView;
  readonly rememberedRooms: readonly RememberedRoom[];
  readonly settings: Settings;
  readonly server: AppModel["server"]["value"];
  readonly probes: readonly ProbeView[];
  readonly bluetoothSlots: AppModel["bluetoothSlots"]["value"];
  readonly peers: readonly PeerView[];
  readonly traffic: TrafficView;
  readonly log: readonly LogLine[];
  readonly notices: AppModel["notices"]["value"];
  readonly isAwakeLocked: boolean;
  readonly power: PowerView;
  readonly isDark: boolean;
  readonly platform: AppModel["platform"];
  /** A name, so that the figures' fixtures are loaded as late as the figures themselves. */
  readonly figures: "nothingYet" | "hourOfTen" | "allAmiss";
}

/** Signals that a scene and its actions may write. */
export const sceneModel = (scene: Partial<SceneState>) => ({
  now: () => nowMs,
  room: signal(scene.room),
  rememberedRooms: signal(scene.rememberedRooms ?? []),
  settings: signal(scene.settings ?? settings),
  server: signal(scene.server ?? { kind: "connected" as const }),
  probes: signal(scene.probes ?? []),
  bluetoothSlots: signal(scene.bluetoothSlots ?? { used: 0, total: 7 }),
  peers: signal(scene.peers ?? []),
  traffic: signal(scene.traffic ?? (scene.peers === undefined ? noTraffic : traffic)),
  log: signal(scene.log ?? []),
  notices: signal(scene.notices ?? []),
  isAwakeLocked: signal(scene.isAwakeLocked ?? true),
  power: signal(scene.power ?? lastingPower),
  isDark: signal(scene.isDark ?? false),
  platform: scene.platform ?? { bluetooth: undefined, motion: undefined, vibration: undefined, share: true },
});
