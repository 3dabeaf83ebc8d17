// A native phone that stays with its room: where the room gets another key it follows with its band, as a page does.
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import type { PenaltyBook } from "../../gateway/admission/penalty-book.ts";
import type { IdentityKey } from "../../gateway/basics/runtime.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { SettledChange } from "../../gateway/key-change/room-key-change.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { deriveRoom, type Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { now } from "../../web/platform/timers.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../web/platform/web-crypto.ts";
import { RecordingLink } from "./recording-link.ts";

const probeInfo = {
  probeClass: probeClasses.armProbe,
  capabilities: capabilities.gestureOut | capabilities.vibrateIn,
};

export interface MovingPhoneOptions {
  readonly origin: string;
  readonly room: Room;
  readonly name: string;
  readonly wrapChannel?: (channel: Channel) => Channel;
}

export class MovingPhone {
  readonly link: RecordingLink;
  /** The events of all its rooms. */
  readonly events: GatewayEvent[] = [];
  readonly changes: SettledChange[] = [];
  room: Room;
  readonly #options: MovingPhoneOptions;
  readonly #identity: IdentityKey;
  readonly #former: RoomSession[] = [];
  #session: RoomSession | undefined;
  #epoch = 0;

  private constructor(options: MovingPhoneOptions, identity: IdentityKey) {
    this.#options = options;
    this.#identity = identity;
    this.room = options.room;
    this.link = new RecordingLink(options.name, probeInfo);
  }

  static async join(options: MovingPhoneOptions): Promise<MovingPhone> {
    const phone = new MovingPhone(options, await identityKeyOf(await makeIdentityKeyPair()));
    phone.#session = await phone.#open(options.room, undefined, () => undefined);
    await phone.session.gateway.addProbe(phone.link, `${options.name}'s arm`)?.open();
    return phone;
  }

  get session(): RoomSession {
    if (this.#session === undefined) throw new Error("the phone has not joined");
    return this.#session;
  }

  /** Names of the connected people. */
  get companions(): readonly string[] {
    return this.session.gateway.peers.flatMap(({ state, name }) => (state.kind === "connected" ? [name] : [])).sort();
  }

  get buzzes(): number {
    return this.link.written.filter(({ kind }) => kind === kinds.vibrate).length;
  }

  wave(): void {
    this.link.emit({
      kind: kinds.gesture,
      payload: encodeGesture({ gesture: gestureCode("wave"), intensity: 200 }),
      receivedAtMs: now(),
    });
  }

  changeRoomKey(removed: readonly string[]): void {
    this.session.gateway.changeRoomKey(webCrypto.randomBytes(16), removed);
  }

  /** How many of its events were of that kind. */
  count(kind: GatewayEvent["kind"]): number {
    return this.events.filter((event) => event.kind === kind).length;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#former, this.session].map((session) => session.close()));
  }

  async #open(room: Room, penalties: PenaltyBook | undefined, onMeshChange: () => void): Promise<RoomSession> {
    const { origin, name, wrapChannel } = this.#options;
    return startNativePhone({
      origin,
      room,
      name,
      identity: this.#identity,
      epoch: ++this.#epoch,
      penalties,
      onEvent: (event) => {
        this.events.push(event);
        if (event.kind === "room-key-settled") void this.#follow(event.change);
      },
      onMeshChange,
      ...(wrapChannel && { wrapChannel }),
    });
  }

  async #follow(change: SettledChange): Promise<void> {
    const old = this.session;
    const room = await deriveRoom(webCrypto, change.roomKey);
    let letIn: () => void = () => undefined;
    const isLetIn = new Promise<void>((resolve) => {
      letIn = resolve;
    });
    const next = await this.#open(room, old.gateway.penalties, () => {
      if (next.serverState.kind === "connected") letIn();
    });
    await isLetIn;
    this.changes.push(change);
    this.#former.push(old);
    this.room = room;
    this.#session = next;
    void old.moveTo(next);
  }
}
