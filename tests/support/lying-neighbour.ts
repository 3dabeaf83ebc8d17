// A member of the room that is honest in everything but neighbour frames: what others ask it to pass on comes to the
// test instead, and the test says whatever it likes in anybody's name. A native phone, with the product's own gateway
// and mesh.
import { type NativePhoneOptions, startNativePhone } from "../../bench/stage/native-phone.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { NeighbourFrame } from "../../gateway/wire/frame-types.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { filteredChannel, framesOf } from "./filtered-channel.ts";

export class LyingNeighbour {
  /** All frames that it should pass on, in their order. */
  readonly asked: NeighbourFrame[] = [];
  onAsked: (frame: NeighbourFrame) => void = () => undefined;
  readonly #channels = new Map<string, Channel>();
  #session: RoomSession | undefined;

  static async join(options: NativePhoneOptions): Promise<LyingNeighbour> {
    const liar = new LyingNeighbour();
    liar.#session = await startNativePhone({ ...options, wrapChannel: (channel) => liar.#keep(channel) });
    return liar;
  }

  get session(): RoomSession {
    if (this.#session === undefined) throw new Error("not joined");
    return this.#session;
  }

  /** False when no channel leads there. */
  say(sessionId: string, frame: NeighbourFrame): boolean {
    return this.#channels.get(sessionId)?.send(encodeMessage([frame])) ?? false;
  }

  async close(): Promise<void> {
    await this.#session?.close();
  }

  #keep(channel: Channel): Channel {
    this.#channels.set(channel.remoteSessionId, channel);
    return filteredChannel(channel, (message) => {
      const [frame] = framesOf(message);
      if (frame?.type !== "neighbourOffer" && frame?.type !== "neighbourAnswer") return true;
      this.asked.push(frame);
      this.onAsked(frame);
      return false;
    });
  }
}
