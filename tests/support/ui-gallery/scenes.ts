// The page's main states by name; a picture or a test names one with `?scene=`.
import { signal } from "@preact/signals";
import { powerPlans } from "../../../gateway/power/power-plan.ts";
import { defaultRules } from "../../../gateway/probes/rules.ts";
import {
  busyLog,
  connected,
  lastingPower,
  logLines,
  nowMs,
  person,
  probe,
  rememberedRooms,
  room,
  type SceneState,
  savingPower,
  tenPeople,
  waveTrail,
} from "./fixtures.ts";

export const hostileName = '<img src=x onerror="globalThis.wasInjected=true">';
/** A right-to-left override, and a long word without a space: they reverse text and make lines too wide. */
export const longName = `\u202e${"Donaudampfschifffahrtsgesellschaft".repeat(2)}`;

const noBatteryHere = "this browser does not tell pages about the battery; Chrome and Edge do";

const leftArm = probe(1, "Left arm", { lastGesture: { name: "wave", atMs: nowMs - 3000 } });
const simulatedArm = probe(1, "Simulated band 1", {
  origin: "simulated",
  battery: { percent: 97, charging: false },
  motionTrail: signal([]),
});

const watchedMira = tenPeople.map((peer, i) =>
  i === 0 ? { ...peer, probes: peer.probes.map((band) => ({ ...band, isWatched: true })) } : peer,
);

const busy: Partial<SceneState> = {
  room,
  probes: [leftArm],
  bluetoothSlots: { used: 1, total: 7 },
  peers: tenPeople,
  log: busyLog,
};

export const scenes: Readonly<Record<string, Partial<SceneState>>> = {
  start: {},
  "start-remembered": { rememberedRooms },
  alone: {
    room,
    power: { ...lastingPower, reason: { kind: "no-battery" }, noBattery: noBatteryHere },
    log: logLines([["info", "You came into Early shift."]]),
  },
  simulated: {
    room,
    probes: [simulatedArm],
    peers: [person(1, "Second tab", connected(0.6, 0.4))],
    log: logLines([["good", "Second tab is connected."]]),
  },
  paired: {
    room,
    probes: [leftArm],
    bluetoothSlots: { used: 1, total: 7 },
    peers: tenPeople.slice(0, 3),
    log: busyLog.slice(0, 4),
  },
  ten: { ...busy, figures: "hourOfTen" },
  watching: { ...busy, peers: watchedMira },
  saving: { ...busy, power: savingPower },
  "saving-little": {
    ...busy,
    power: {
      ...savingPower,
      plan: powerPlans.least,
      reason: { kind: "saving", reach: "no" },
      unthinned: [{ name: "Left arm", why: "not-supported" }],
    },
  },
  "dark-screen": { ...busy, power: savingPower, isDark: true },
  crowd: {
    ...busy,
    room: { ...room, inviteElsewhere: "192.168.1.20:8443" },
    peers: Array.from({ length: 24 }, (_, i) => person(i + 1, `Dancer ${i + 1}`, connected(3 + i, 1 + i / 4))),
  },
  problems: {
    room: { ...room, inviteProblem: "invite-not-reachable" },
    probes: [
      probe(1, "Left arm", { link: { kind: "reconnecting", attempt: 3, failure: "link-lost" } }),
      probe(2, "Right arm", { link: { kind: "closed", failure: "link-timeout" }, battery: undefined }),
      probe(3, "Ankle", { battery: { percent: 9, charging: false }, motionTrail: signal(waveTrail(3)) }),
    ],
    bluetoothSlots: { used: 3, total: 7 },
    peers: tenPeople.slice(0, 2),
    log: busyLog,
    isAwakeLocked: false,
    notices: [
      { id: 1, code: "wrong-room-key", subjects: [], moreSubjects: 0 },
      { id: 2, code: "link-lost", subjects: ["Left arm"], moreSubjects: 0 },
    ],
  },
  removing: { ...busy, peers: tenPeople.map((peer, i) => ({ ...peer, isBeingRemoved: i === 0 })) },
  moved: {
    ...busy,
    notices: [
      {
        id: 1,
        code: "room-key-changed",
        subjects: ["Mira changed the room’s key; Jonas was removed"],
        moreSubjects: 0,
      },
      { id: 2, code: "not-removed", subjects: ["Jonas"], moreSubjects: 0 },
    ],
  },
  removed: { ...busy, notices: [{ id: 1, code: "removed-from-room", subjects: ["Mira and Jonas"], moreSubjects: 0 }] },
  away: {
    ...busy,
    server: { kind: "away", retryAtMs: nowMs + 8000 },
    notices: [{ id: 1, code: "server-away", subjects: [], moreSubjects: 0 }],
  },
  iphone: {
    room,
    peers: tenPeople.slice(0, 2),
    log: busyLog.slice(0, 2),
    platform: {
      bluetooth: "bluetooth-unsupported",
      motion: undefined,
      vibration: "vibration-unsupported",
      share: false,
    },
  },
  hostile: {
    room: { ...room, label: hostileName },
    rememberedRooms: [{ roomId: room.roomId, label: hostileName, lastUsedAt: "not a date" }],
    settings: {
      name: longName,
      isMuted: true,
      strengthLimit: 100,
      buzzesPerTenSeconds: 20,
      mutedPeers: [],
      powerMode: "full-speed",
      rules: [...defaultRules, { gesture: "any", from: "f".repeat(32), pattern: "none" }],
    },
    probes: [probe(1, hostileName), probe(2, longName, { origin: "simulated" })],
    peers: [
      person(1, hostileName, connected(12, 3), { lastGesture: { name: hostileName, atMs: nowMs } }),
      person(2, longName, connected(1234.5, 600)),
      person(3, "", { kind: "asleep", sinceMs: nowMs }),
      person(4, "👩‍🔧 شيفت الصباح", connected(8, 2), {
        probes: [
          {
            index: 1,
            name: longName,
            isConnected: true,
            canVibrate: true,
            batteryPercent: 100,
            isWatched: true,
            motionTrail: signal(waveTrail(4)),
          },
        ],
      }),
    ],
    log: logLines([["problem", `${hostileName} ${longName}`]]),
    notices: [{ id: 1, code: "not-an-earl-device", subjects: [longName], moreSubjects: 0 }],
    power: {
      ...lastingPower,
      reason: { kind: "overruled", reach: "no" },
      unthinned: [
        { name: hostileName, why: "not-taken" },
        { name: longName, why: "not-supported" },
      ],
    },
    figures: "allAmiss",
  },
};
