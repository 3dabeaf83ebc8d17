// What the server has said of itself, and what this page can use of it. Asked for when the page starts, and again when
// the server is reached, until it has answered: a server that was busy at that moment must not leave the page without
// STUN and TURN for its whole life. Neighbours: server-api.ts asks, room-session.ts dials with what is known by then.
import type { PageConfig } from "./server-api.ts";

export interface KnownConfigOptions {
  readonly ask: () => Promise<PageConfig | undefined>;
  /**
   * Whether this browser makes a connection with these servers; it throws on what it does not know, however it was
   * checked before.
   */
  readonly canUse: (servers: readonly RTCIceServer[]) => boolean;
  /** Some servers for finding a way cannot be used: it goes on without them. */
  readonly onUnusable: () => void;
  /** The server has answered for the first time, after it could not at the start. */
  readonly onKnown: () => void;
}

export class KnownConfig {
  readonly #options: KnownConfigOptions;
  #config: PageConfig | undefined;
  #iceServers: readonly RTCIceServer[] = [];
  #isAsking = false;

  constructor(options: KnownConfigOptions) {
    this.#options = options;
  }

  /** Undefined as long as the server has not answered. */
  get config(): PageConfig | undefined {
    return this.#config;
  }

  /** STUN and TURN servers that the next connection is to use. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  /** What was asked for at the start; undefined: it brought no answer. */
  begin(config: PageConfig | undefined): void {
    if (config !== undefined) this.#take(config);
  }

  /** The server was reached: asks once more where it has not answered yet. */
  async serverReached(): Promise<void> {
    if (this.#config !== undefined || this.#isAsking) return;
    this.#isAsking = true;
    const config = await this.#options.ask();
    this.#isAsking = false;
    if (config === undefined) return;
    this.#take(config);
    this.#options.onKnown();
  }

  #take(config: PageConfig): void {
    this.#config = config;
    const canUse = this.#options.canUse(config.iceServers);
    this.#iceServers = canUse
      ? config.iceServers
      : config.iceServers.filter((server) => this.#options.canUse([server]));
    if (!canUse || config.hasUnusableIceServers) this.#options.onUnusable();
  }
}
