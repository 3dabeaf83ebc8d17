// A peer that has the room key, or only the room's id, and keeps to no rule: a native phone without a gateway,
// which lets a test say any bytes on its channels. It answers pings, so that the others know its clock and what it
// sends is not merely too late.
import { startNativeMesh } from "../../bench/stage/native-phone.ts";
import { ChannelRelay } from "../../gateway/admission/channel-relay.ts";
import { EpochBook } from "../../gateway/admission/epoch-book.ts";
import { admit } from "../../gateway/admission/handshake.ts";
import type { IdentityKey } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { GatewayFrame, LedgerReport, Ping } from "../../gateway/wire/frame-types.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { Mesh } from "../../web/mesh/mesh.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../web/platform/web-crypto.ts";

export interface HostileMemberOptions {
  readonly origin: string;
  readonly room: Room;
  readonly identity?: IdentityKey;
  readonly epoch?: number;
  /** In place of the handshake: takes the bare channel, and whether it got anywhere with it is for the test to see. */
  readonly onChannel?: (channel: Channel) => void;
}

/** The ledger of a member that has neither sent nor received. */
export const emptyLedger: LedgerReport = {
  sent: 0,
  droppedBeforeSend: 0,
  receivedEarlier: 0,
  received: 0,
  delivered: 0,
  duplicate: 0,
  late: 0,
  dropped: 0,
};

/** How much it keeps of what it gets; a flood is answered with enough pongs. */
const maxHeard = 10_000;

export class HostileMember {
  readonly sessionId: string;
  /** By session id of the other end, those that let it in. */
  readonly channels = new Map<string, Channel>();
  /** How often a channel that had let it in was closed. */
  losses = 0;
  readonly heard: GatewayFrame[] = [];
  answersPings = true;
  readonly #options: HostileMemberOptions;
  readonly #identity: IdentityKey;
  #mesh: Mesh | undefined;

  private constructor(options: HostileMemberOptions, identity: IdentityKey) {
    this.#options = options;
    this.#identity = identity;
    this.sessionId = makeSessionId(options.room.roomId, webCrypto.randomBytes);
  }

  static async join(options: HostileMemberOptions): Promise<HostileMember> {
    const identity = options.identity ?? (await identityKeyOf(await makeIdentityKeyPair()));
    const member = new HostileMember(options, identity);
    member.#mesh = await startNativeMesh({
      origin: options.origin,
      sessionId: member.sessionId,
      admit: (channel) => member.#admit(channel),
      heldSessionIds: () => [...member.channels.keys()],
      onChange: () => undefined,
    });
    return member;
  }

  /** What it says of its clock, by the protocol. */
  get nowUs(): number {
    return Math.round(now() * 1000);
  }

  send(...frames: readonly GatewayFrame[]): void {
    this.sendBytes(encodeMessage(frames));
  }

  sendBytes(message: Uint8Array): void {
    for (const channel of this.channels.values()) channel.send(message);
  }

  /** That `send` took and the network has not. */
  get bufferedBytes(): number {
    return Math.max(0, ...[...this.channels.values()].map((channel) => channel.bufferedBytes()));
  }

  close(): void {
    this.#mesh?.close();
  }

  async #admit(channel: Channel): Promise<boolean> {
    const { onChannel, room, epoch = 1 } = this.#options;
    if (onChannel !== undefined) {
      onChannel(channel);
      return false;
    }
    const relay = new ChannelRelay(channel);
    const outcome = await admit({
      relay,
      authKey: room.authKey,
      identity: this.#identity,
      epoch,
      epochs: new EpochBook(),
      isBarred: () => false,
      crypto: webCrypto,
      schedule,
    });
    if (outcome.kind === "refused") return false;
    this.channels.set(channel.remoteSessionId, channel);
    relay.forward({
      onMessage: (message) => this.#hear(channel, message),
      onDrain: () => undefined,
      onClose: () => {
        if (this.channels.get(channel.remoteSessionId) === channel) this.channels.delete(channel.remoteSessionId);
        this.losses++;
      },
    });
    return true;
  }

  #hear(channel: Channel, message: Uint8Array): void {
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) return;
    for (const frame of decoded.frames) {
      if (this.heard.length < maxHeard) this.heard.push(frame);
      if (frame.type === "ping" && this.answersPings) this.#pong(channel, frame);
    }
  }

  #pong(channel: Channel, { id }: Ping): void {
    const atUs = this.nowUs;
    channel.send(encodeMessage([{ type: "pong", id, t2Us: atUs, t3Us: atUs, ledger: emptyLedger }]));
  }
}
