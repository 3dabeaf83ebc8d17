// Whole gateways in memory: one fake time, a clock of its own for each, memory channels between them, and the real
// handshake.
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { type GestureName, gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import type { IdentityKey, Now } from "../../gateway/basics/runtime.ts";
import { Gateway, type GatewayOptions } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import { defaultRules } from "../../gateway/probes/rules.ts";
import { defaultWearerLimits } from "../../gateway/probes/wearer-limits.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../web/platform/web-crypto.ts";
import type { FakeTime } from "./fake-time.ts";
import { type MemoryChannelPair, memoryChannelPair } from "./memory-channel.ts";
import { RecordingLink } from "./recording-link.ts";

const roomId = "00112233445566778899aabbccddeeff";
const roomKey = new Uint8Array(16).fill(9);
export const authKey = new Uint8Array(32).fill(7);

export interface Member {
  readonly gateway: Gateway;
  readonly sessionId: string;
  readonly events: GatewayEvent[];
  readonly link: RecordingLink;
  readonly probe: OwnProbe;
  readonly now: Now;
  /** Makes its arm-probe report a gesture. */
  gesture(name: GestureName): void;
  /** The state of the others, as it sees them. */
  peerOf(other: Member): Peer;
}

export interface MemberOptions extends Partial<GatewayOptions> {
  /** This gateway's clock minus the test's. */
  readonly clockOffsetMs?: number;
}

/** A gateway without a band, as the page opens one in the room of a new key. */
export const newGateway = async (time: FakeTime, name: string, options: MemberOptions = {}): Promise<Gateway> => {
  const { gateway, probe } = await newMember(time, name, options);
  await gateway.removeProbe(probe.index);
  return gateway;
};

export const newIdentity = async (): Promise<IdentityKey> => identityKeyOf(await makeIdentityKeyPair());

/** A gateway with one connected arm-probe, which finds its gestures itself. */
export const newMember = async (
  time: FakeTime,
  name: string,
  { clockOffsetMs = 0, ...options }: MemberOptions = {},
): Promise<Member> => {
  const now = options.now ?? (() => time.now() + clockOffsetMs);
  const events: GatewayEvent[] = [];
  const gateway = new Gateway({
    now,
    monotonicNow: now,
    wallNow: time.now,
    schedule: time.schedule,
    crypto: webCrypto,
    identity: options.identity ?? (await newIdentity()),
    epoch: 1,
    roomKey,
    authKey,
    name,
    rules: defaultRules,
    limits: defaultWearerLimits,
    onEvent: (event) => events.push(event),
    onMembers: () => undefined,
    onNeighbourFrame: () => undefined,
    onSessionOver: () => undefined,
    onHoldOff: () => undefined,
    ...options,
  });
  const link = new RecordingLink(name, {
    probeClass: probeClasses.armProbe,
    capabilities: capabilities.motionOut | capabilities.gestureOut | capabilities.vibrateIn,
  });
  const probe = gateway.addProbe(link, `${name}'s arm`);
  if (probe === undefined) throw new Error("a new gateway has room for a probe");
  await probe.open();
  return {
    gateway,
    sessionId: makeSessionId(roomId, webCrypto.randomBytes),
    events,
    link,
    probe,
    now,
    gesture: (gesture) =>
      link.emit({
        kind: kinds.gesture,
        payload: encodeGesture({ gesture: gestureCode(gesture), intensity: 200 }),
        receivedAtMs: now(),
      }),
    peerOf: (other) => {
      const peer = gateway.peers.find(({ channel }) => channel?.remoteSessionId === other.sessionId);
      if (peer === undefined) throw new Error("not a peer");
      return peer;
    },
  };
};

/** The dialer dials the callee; resolves with whether each end admitted the other. */
export const connect = async (
  time: FakeTime,
  dialer: Member,
  callee: Member,
  delayMs?: (nth: number, from: "dialer" | "callee") => number,
  signaledBy: Channel["signaledBy"] = "server",
): Promise<MemoryChannelPair & { readonly admitted: readonly boolean[] }> => {
  const fingerprint = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
  const pair = memoryChannelPair({
    schedule: time.schedule,
    dialer: { sessionId: dialer.sessionId, fingerprint: fingerprint(1) },
    callee: { sessionId: callee.sessionId, fingerprint: fingerprint(2) },
    signaledBy,
    ...(delayMs && { delayMs }),
  });
  const both = Promise.all([dialer.gateway.admit(pair.dialer), callee.gateway.admit(pair.callee)]);
  const admitted = await time.until(both);
  await time.advance(100); // Rosters, pings and their answers.
  return { ...pair, admitted };
};
