// Native phones that admit each other without proof: for tests of the mesh itself. A phone keeps every channel that it
// is given, reports to the mesh the peers that it is connected to, as a gateway does, and can send a byte to everybody.
import { startNativeMesh } from "../../bench/stage/native-phone.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { Mesh } from "../../web/mesh/mesh.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";

export class TestPhone {
  readonly sessionId: string;
  /** Channels that have ended, ever. */
  closed = 0;
  /** By session id, what was heard from it. */
  readonly heard = new Map<string, number[]>();
  readonly #channels = new Set<Channel>();
  #mesh: Mesh | undefined;

  constructor(roomId: string) {
    this.sessionId = makeSessionId(roomId, webCrypto.randomBytes);
  }

  get mesh(): Mesh {
    if (this.#mesh === undefined) throw new Error("the phone has not joined");
    return this.#mesh;
  }

  /** Session ids with which it has a channel now. */
  get peers(): readonly string[] {
    return [...new Set(Array.from(this.#channels, (channel) => channel.remoteSessionId))];
  }

  async join(origin: string): Promise<void> {
    this.#mesh = await startNativeMesh({
      origin,
      sessionId: this.sessionId,
      admit: async (channel) => this.#admit(channel),
      heldSessionIds: () => this.peers,
      onChange: () => undefined,
    });
  }

  say(byte: number): void {
    for (const channel of this.#channels) channel.send(Uint8Array.of(byte));
  }

  cut(sessionId: string): void {
    for (const channel of this.#channels) if (channel.remoteSessionId === sessionId) channel.close("cut by the test");
  }

  #admit(channel: Channel): boolean {
    const { remoteSessionId } = channel;
    this.#channels.add(channel);
    channel.listen({
      onMessage: (message) => this.heard.set(remoteSessionId, [...(this.heard.get(remoteSessionId) ?? []), ...message]),
      onDrain: () => undefined,
      onClose: () => {
        this.closed++;
        this.#channels.delete(channel);
      },
    });
    return true;
  }
}
