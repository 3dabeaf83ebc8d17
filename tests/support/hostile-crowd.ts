// Many identities of one attacker, each with a channel in memory to the same member, to which they send whatever the
// test says. They answer pings, so that their clocks are known and what they send is not merely too late.
import { ChannelRelay } from "../../gateway/admission/channel-relay.ts";
import { EpochBook } from "../../gateway/admission/epoch-book.ts";
import { admit } from "../../gateway/admission/handshake.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { GatewayFrame } from "../../gateway/wire/frame-types.ts";
import { roomIdOf } from "../../gateway/wire/session-id.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import type { FakeTime } from "./fake-time.ts";
import { emptyLedger } from "./hostile-member.ts";
import { type MemoryChannel, memoryChannelPair } from "./memory-channel.ts";
import { authKey, type Member, newIdentity } from "./memory-room.ts";

export class HostileIdentity {
  readonly gatewayId: string;
  readonly sessionId: string;
  readonly heard: GatewayFrame[] = [];
  readonly #channel: MemoryChannel;

  constructor(gatewayId: string, channel: MemoryChannel) {
    this.gatewayId = gatewayId;
    this.sessionId = channel.localSessionId;
    this.#channel = channel;
  }

  get isClosed(): boolean {
    return this.#channel.closeReason !== undefined;
  }

  send(...frames: readonly GatewayFrame[]): void {
    this.sendBytes(encodeMessage(frames));
  }

  sendBytes(message: Uint8Array): void {
    this.#channel.send(message);
  }

  hear(message: Uint8Array, nowMs: number): void {
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) return;
    for (const frame of decoded.frames) {
      this.heard.push(frame);
      if (frame.type !== "ping") continue;
      const atUs = Math.round(nowMs * 1000);
      this.send({ type: "pong", id: frame.id, t2Us: atUs, t3Us: atUs, ledger: emptyLedger });
    }
  }
}

/** A session id of the member's room that nobody has. */
export const madeUpSession = (member: Member, namer: number, nth: number): string =>
  `${roomIdOf(member.sessionId)}-${namer.toString(16).padStart(8, "0")}${nth.toString(16).padStart(8, "0")}`;

/** All of them are admitted by the member, as if each had dialled it by way of the server. */
export const hostileCrowd = async (
  time: FakeTime,
  member: Member,
  count: number,
): Promise<readonly HostileIdentity[]> => {
  const crowd: HostileIdentity[] = [];
  for (let nth = 0; nth < count; nth++) crowd.push(await join(time, member, madeUpSession(member, 0xbad, nth)));
  await time.advance(100); // Rosters, pings and their answers.
  return crowd;
};

const join = async (time: FakeTime, member: Member, sessionId: string): Promise<HostileIdentity> => {
  const fingerprint = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
  const { dialer, callee } = memoryChannelPair({
    schedule: time.schedule,
    dialer: { sessionId, fingerprint: fingerprint(1) },
    callee: { sessionId: member.sessionId, fingerprint: fingerprint(2) },
  });
  const identity = await newIdentity();
  const relay = new ChannelRelay(dialer);
  const hostile = new HostileIdentity(identity.gatewayId, dialer);
  const proven = admit({
    relay,
    authKey,
    identity,
    epoch: 1,
    epochs: new EpochBook(),
    isBarred: () => false,
    crypto: webCrypto,
    schedule: time.schedule,
  });
  await time.until(Promise.all([proven, member.gateway.admit(callee)]));
  relay.forward({
    onMessage: (message) => hostile.hear(message, time.now()),
    onDrain: () => undefined,
    onClose: () => undefined,
  });
  return hostile;
};
