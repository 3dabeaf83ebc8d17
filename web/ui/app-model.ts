// All that the page shows and all that a person can do on it: the seam between the composition root and the components.
// The components read signals and call actions; they know no gateway, no Bluetooth and no storage.
import type { ReadonlySignal } from "@preact/signals";
import type { LinkState } from "../../firmware-bridge/devices/device-link.ts";
import type { Now } from "../../gateway/basics/runtime.ts";
import type { PowerPlan } from "../../gateway/power/power-plan.ts";
import type { PowerMode, PowerReason } from "../../gateway/power/shift-governor.ts";
import type { Rule } from "../../gateway/probes/rules.ts";
import type { WearerLimits } from "../../gateway/probes/wearer-limits.ts";
import type { ServerState } from "../../gateway/server-state.ts";
import type { ErrorCode } from "./errors.ts";

export interface ProbeView {
  readonly index: number;
  readonly name: string;
  readonly origin: "bluetooth" | "phone" | "simulated";
  readonly link: LinkState;
  /** Capability bits of docs/protocol.md §1.1. */
  readonly capabilities: number;
  readonly battery: { readonly percent: number; readonly charging: boolean } | undefined;
  readonly lastGesture: { readonly name: string; readonly atMs: number } | undefined;
  readonly lastBuzzAtMs: number | undefined;
  /** The newest accelerations in thousandths of g, oldest first, at most `motionTrailLength`; drawn live. */
  readonly motionTrail: ReadonlySignal<readonly MotionPoint[]>;
}

export interface MotionPoint {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

export const motionTrailLength = 64;

export type PeerStateView =
  | { readonly kind: "connecting" }
  /** The delay from them to here, with the bound of its error; undefined until the clocks have been compared. */
  | { readonly kind: "connected"; readonly delay: { readonly oneWayMs: number; readonly boundMs: number } | undefined }
  | { readonly kind: "asleep"; readonly sinceMs: number }
  | { readonly kind: "gone"; readonly sinceMs: number };

export interface PeerView {
  readonly gatewayId: string;
  readonly name: string;
  readonly state: PeerStateView;
  readonly isMuted: boolean;
  /** Their page is in the background, where a phone may put it to sleep. */
  readonly isHidden: boolean;
  /** A change of the room's key is underway that removes them. */
  readonly isBeingRemoved: boolean;
  readonly probes: readonly RemoteProbeView[];
  readonly lastGesture: { readonly name: string; readonly atMs: number } | undefined;
}

export interface RemoteProbeView {
  readonly index: number;
  readonly name: string;
  readonly isConnected: boolean;
  readonly canVibrate: boolean;
  readonly batteryPercent: number | undefined;
  /** Samples flow only while a person watches. */
  readonly isWatched: boolean;
  readonly motionTrail: ReadonlySignal<readonly MotionPoint[]>;
}

export interface RoomView {
  readonly roomId: string;
  readonly label: string;
  readonly inviteUrl: string;
  /** The host in the invite's address; undefined when this page comes from the same one. */
  readonly inviteElsewhere: string | undefined;
  /** Set when phones cannot reach the address of the invite. */
  readonly inviteProblem: ErrorCode | undefined;
}

export interface RememberedRoom {
  readonly roomId: string;
  readonly label: string;
  readonly lastUsedAt: string;
}

export interface LogLine {
  readonly id: number;
  readonly at: Date;
  readonly tone: "info" | "good" | "warning" | "problem";
  readonly text: string;
}

export interface Notice {
  readonly id: number;
  readonly code: ErrorCode;
  /** Names of the bands or people it is about, or what somebody did. */
  readonly subjects: readonly string[];
  /** How many further subjects there are, without their names. */
  readonly moreSubjects: number;
}

export interface Settings extends WearerLimits {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Gateway ids of people whose gestures and buzzes move no band here, in any room. */
  readonly mutedPeers: readonly string[];
  /** Whether the governor may save power. */
  readonly powerMode: PowerMode;
}

/** What the governor does to make the battery last, and why. */
export interface PowerView {
  readonly plan: PowerPlan;
  readonly reason: PowerReason;
  /** On the wall clock. */
  readonly shiftEndsAtMs: number;
  /** Why the battery is not known. */
  readonly noBattery: string | undefined;
  /** My probes that should send less and do not. */
  readonly unthinned: readonly { readonly name: string; readonly why: "not-supported" | "not-taken" }[];
}

/** Counted over all peers since the room was entered; the causes are those of docs/protocol.md §2.6. */
export interface TrafficView {
  readonly recordsSent: number;
  readonly recordsDelivered: number;
  readonly duplicate: number;
  readonly late: number;
  readonly lost: number;
  readonly dropped: number;
  readonly refusedPeers: number;
}

export interface AppModel {
  /** The clock of every `…AtMs` and `…SinceMs` here. */
  readonly now: Now;
  readonly room: ReadonlySignal<RoomView | undefined>;
  readonly rememberedRooms: ReadonlySignal<readonly RememberedRoom[]>;
  readonly settings: ReadonlySignal<Settings>;
  readonly server: ReadonlySignal<ServerState>;
  readonly probes: ReadonlySignal<readonly ProbeView[]>;
  /** How many Bluetooth connections this phone can have at once, as far as is known. */
  readonly bluetoothSlots: ReadonlySignal<{ readonly used: number; readonly total: number }>;
  readonly peers: ReadonlySignal<readonly PeerView[]>;
  readonly traffic: ReadonlySignal<TrafficView>;
  /** Oldest first; the log that keeps the lines bounds their number. */
  readonly log: ReadonlySignal<readonly LogLine[]>;
  readonly notices: ReadonlySignal<readonly Notice[]>;
  /** What this browser cannot do, and why; undefined where it can. */
  readonly platform: {
    readonly bluetooth: ErrorCode | undefined;
    readonly motion: ErrorCode | undefined;
    readonly vibration: ErrorCode | undefined;
    readonly share: boolean;
  };
  readonly isAwakeLocked: ReadonlySignal<boolean>;
  readonly power: ReadonlySignal<PowerView>;
  /** The screen is dark, for a phone in a pocket: nothing is drawn, and nothing here changes, until it wakes. */
  readonly isDark: ReadonlySignal<boolean>;
}

export interface AppActions {
  createRoom(): void;
  /** A whole invite link or the key alone; a bad one raises a notice. */
  openInvite(text: string): void;
  openRemembered(roomId: string): void;
  forgetRoom(roomId: string): void;
  leaveRoom(): void;
  /** Everybody stays; older invites stop working. */
  changeRoomKey(): void;
  /** Everybody else moves on to a new room key. */
  removePeer(gatewayId: string): void;
  setName(name: string): void;
  copyInvite(): Promise<boolean>;
  shareInvite(): void;
  pairArmProbe(): void;
  addThisPhone(): void;
  addSimulatedProbe(): void;
  /** Makes a simulated probe move its arm. */
  moveSimulated(probeIndex: number, gesture: string): void;
  renameProbe(probeIndex: number, name: string): void;
  testBuzz(probeIndex: number): void;
  removeProbe(probeIndex: number): void;
  reconnectProbe(probeIndex: number): void;
  buzzPeer(gatewayId: string): void;
  buzzAll(): void;
  mutePeer(gatewayId: string, isMuted: boolean): void;
  watchProbe(gatewayId: string, probeIndex: number, isWatched: boolean): void;
  setMuted(isMuted: boolean): void;
  setStrengthLimit(percent: number): void;
  setBuzzRate(perTenSeconds: number): void;
  setRules(rules: readonly Rule[]): void;
  setPowerMode(mode: PowerMode): void;
  /** @param time of day as "18:00". */
  setShiftEnd(time: string): void;
  darken(): void;
  wake(): void;
  dismissNotice(id: number): void;
  /**
   * Loads the figures and draws them into `root`; the returned function removes them. Undefined when they could not be
   * loaded.
   */
  showFigures(root: Element): Promise<(() => void) | undefined>;
}

/** What the start screen shows, before the rest of the page has been loaded. */
export type StartModel = Pick<AppModel, "room" | "rememberedRooms">;
export type StartActions = Pick<AppActions, "createRoom" | "openInvite" | "openRemembered" | "forgetRoom">;
