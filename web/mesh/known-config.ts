// What the server says about itself, and which part of it this page can use. The page asks when it starts, and again
// whenever it reaches the server, until it has an answer: a server that was busy at the start must not leave the page
// without STUN and TURN for good. Neighbours: server-api.ts asks, room-session.ts dials with what is known by then.
import type { PageConfig } from "./server-api.ts";

export interface KnownConfigOptions {
  readonly ask: () => Promise<PageConfig | undefined>;
  /**
   * Whether this browser makes a connection with these servers. It throws on what it does not know, even where our own
   * check has passed.
   */
  readonly canUse: (servers: readonly RTCIceServer[]) => boolean;
  /** This browser cannot use some of the STUN and TURN servers: the page goes on without them. */
  readonly onUnusable: () => void;
  /** The server has answered for the first time, later than at the start. */
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

  /** @param config the answer that was asked for at the start; undefined when none came. */
  begin(config: PageConfig | undefined): void {
    if (config !== undefined) this.#take(config);
  }

  /** The page has reached the server: asks once more if there is no answer yet. */
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
