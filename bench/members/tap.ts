// Stands between a gateway and its channel: the product's messages pass unread, and the bench's own go to the bench. It
// counts how often the gateway sends after a pause, which is what wakes a phone's radio.

import type { Now } from "../../gateway/basics/runtime.ts";
import type { Channel, ChannelListener, FingerprintPair, FingerprintRefusal } from "../../gateway/wire/channel.ts";
import { frameCodes } from "../../gateway/wire/frame-types.ts";
import { benchTag } from "../modes/mode.ts";

/** Messages that are further apart than this are separate bursts: a radio stays awake for about this long. */
const burstGapMs = 20;

/** The bursts of one gateway, over all its channels. */
export class BurstMeter {
  readonly #now: Now;
  #lastSendMs = Number.NEGATIVE_INFINITY;
  bursts = 0;
  messages = 0;

  constructor(now: Now) {
    this.#now = now;
  }

  sent(): void {
    const nowMs = this.#now();
    if (nowMs - this.#lastSendMs > burstGapMs) this.bursts++;
    this.#lastSendMs = nowMs;
    this.messages++;
  }
}

export interface TapOptions {
  readonly channel: Channel;
  readonly meter: BurstMeter;
  /** In a star no member may learn about the others, because the star would become a mesh. */
  readonly hidesMembers: boolean;
  readonly onBenchMessage: (message: Uint8Array, tap: Tap) => void;
  readonly onProductMessage: () => void;
  readonly onClose: (tap: Tap) => void;
}

export class Tap implements Channel {
  readonly #options: TapOptions;

  constructor(options: TapOptions) {
    this.#options = options;
  }

  get localSessionId(): string {
    return this.#options.channel.localSessionId;
  }

  get remoteSessionId(): string {
    return this.#options.channel.remoteSessionId;
  }

  get dialedBy(): "us" | "them" {
    return this.#options.channel.dialedBy;
  }

  get signaledBy(): Channel["signaledBy"] {
    return this.#options.channel.signaledBy;
  }

  fingerprints(): Promise<FingerprintPair | FingerprintRefusal> {
    return this.#options.channel.fingerprints();
  }

  listen(listener: ChannelListener): void {
    const { channel, onBenchMessage, onProductMessage, onClose } = this.#options;
    channel.listen({
      onMessage: (message) => {
        if (message[0] === benchTag) return onBenchMessage(message, this);
        onProductMessage();
        listener.onMessage(message);
      },
      onDrain: () => listener.onDrain(),
      onClose: (reason) => {
        onClose(this);
        listener.onClose(reason);
      },
    });
  }

  send(message: Uint8Array): boolean {
    if (this.#options.hidesMembers && message[1] === frameCodes.members) return true;
    this.#options.meter.sent();
    return this.#options.channel.send(message);
  }

  bufferedBytes(): number {
    return this.#options.channel.bufferedBytes();
  }

  close(reason: string): void {
    this.#options.channel.close(reason);
  }
}
