// A `Channel` over one RTCDataChannel and its RTCPeerConnection, no matter which end opened it; it takes them over when
// the data channel is open. Invariants: `send` never throws, nothing that arrives before `listen` is lost, and the
// listener hears of the end exactly once.
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import type { Cancel, Crypto, Schedule } from "../../gateway/basics/runtime.ts";
import {
  backlogLowWaterBytes,
  type Channel,
  type ChannelListener,
  type FingerprintPair,
  type FingerprintRefusal,
} from "../../gateway/wire/channel.ts";
import { maxMessageBytes } from "../../gateway/wire/frame-types.ts";
import { readFingerprint } from "./sdp-fingerprint.ts";

export type DataPipe = Pick<
  RTCDataChannel,
  | "addEventListener"
  | "binaryType"
  | "bufferedAmount"
  | "bufferedAmountLowThreshold"
  | "close"
  | "readyState"
  | "removeEventListener"
  | "send"
>;

export type Connection = Pick<
  RTCPeerConnection,
  | "addEventListener"
  | "close"
  | "connectionState"
  | "currentLocalDescription"
  | "currentRemoteDescription"
  | "removeEventListener"
> & { readonly sctp: { readonly transport: Partial<Pick<RTCDtlsTransport, "getRemoteCertificates">> | null } | null };

export interface DataChannelOptions {
  /** Open, or about to be. */
  readonly pipe: DataPipe;
  readonly connection: Connection;
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  readonly signaledBy: Channel["signaledBy"];
  readonly sha256: Crypto["sha256"];
  readonly schedule: Schedule;
  /** Once, when data channel and connection are both closed: for the opener to forget them. */
  readonly onReleased: () => void;
}

/**
 * Twice what a handshake may hold (docs/protocol.md §2.1), a megabyte at most; who sends more before anybody listens is
 * not one of us.
 */
export const maxEarlyMessages = 64;

/**
 * On a busy machine Chromium says that the dialer's data channel is open before it has shown the page the answer that
 * opened it: in one dial of forty, by a few milliseconds (measured with version 156). To judge then would be to call an
 * honest connection unsafe.
 */
const descriptionLimitMs = 2_000;

/**
 * A closing data channel still delivers what it took, a closed connection does not: a goodbye gets this long to leave.
 */
const lingerMs = 1_000;

export class DataChannel implements Channel {
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  readonly signaledBy: Channel["signaledBy"];
  readonly #options: DataChannelOptions;
  readonly #early: Uint8Array[] = [];
  #listener: ChannelListener | undefined;
  #closeReason: string | undefined;
  #cancelLinger: Cancel | undefined;
  #isReleased = false;

  constructor(options: DataChannelOptions) {
    this.#options = options;
    this.localSessionId = options.localSessionId;
    this.remoteSessionId = options.remoteSessionId;
    this.dialedBy = options.dialedBy;
    this.signaledBy = options.signaledBy;
    const { pipe, connection } = options;
    pipe.binaryType = "arraybuffer";
    pipe.bufferedAmountLowThreshold = backlogLowWaterBytes;
    pipe.addEventListener("message", this.#onMessage);
    pipe.addEventListener("bufferedamountlow", this.#onDrain);
    pipe.addEventListener("close", this.#onPipeClose);
    pipe.addEventListener("error", this.#onPipeError);
    connection.addEventListener("connectionstatechange", this.#onConnectionState);
  }

  async fingerprints(): Promise<FingerprintPair | FingerprintRefusal> {
    await this.#untilDescribed();
    if (this.#closeReason !== undefined) return { refused: "closed" };
    const { currentLocalDescription, currentRemoteDescription, sctp } = this.#options.connection;
    const local = readFingerprint(currentLocalDescription?.sdp ?? "");
    if ("refused" in local) return local;
    const remote = readFingerprint(currentRemoteDescription?.sdp ?? "");
    if ("refused" in remote) return remote;
    // The first one is the peer's own. A platform that keeps it to itself has no such list, or one of an empty buffer.
    const certificate = sctp?.transport?.getRemoteCertificates?.()[0];
    if (certificate !== undefined && certificate.byteLength > 0) {
      const held = await this.#options.sha256(new Uint8Array(certificate));
      if (!equalBytes(held, remote)) return { refused: "certificate-differs" };
    }
    return { local, remote };
  }

  listen(listener: ChannelListener): void {
    if (this.#listener !== undefined) throw new Error("a channel has one listener");
    this.#listener = listener;
    const closedBefore = this.#closeReason;
    for (const message of this.#early.splice(0)) {
      listener.onMessage(message);
      if (this.#closeReason !== closedBefore) return; // The listener itself closed the channel, and knows.
    }
    if (closedBefore !== undefined) listener.onClose(closedBefore);
  }

  send(message: Uint8Array): boolean {
    if (this.#closeReason !== undefined || this.#options.pipe.readyState !== "open") return false;
    try {
      // DOM types exclude shared memory, which no message here comes from.
      this.#options.pipe.send(message as Uint8Array<ArrayBuffer>);
      return true;
    } catch (error) {
      // It closed this very moment, or its buffer is full, far beyond the high-water mark: either way nobody takes
      // anything.
      this.close(`send failed: ${String(error)}`);
      return false;
    }
  }

  bufferedBytes(): number {
    return this.#closeReason === undefined ? this.#options.pipe.bufferedAmount : 0;
  }

  close(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    const { pipe, schedule } = this.#options;
    if (pipe.readyState === "open") {
      this.#cancelLinger = schedule(lingerMs, this.#release);
      pipe.close();
    } else {
      this.#release();
    }
    this.#listener?.onClose(reason);
  }

  /** Ends the whole connection in this very task: nothing more comes in, and what was to leave is lost. */
  breakOff(reason: string): void {
    this.close(reason);
    this.#release();
  }

  /** Resolves when both descriptions are there, at the latest after `descriptionLimitMs`. */
  #untilDescribed(): Promise<void> {
    const { connection, schedule } = this.#options;
    const isDescribed = (): boolean =>
      connection.currentLocalDescription !== null && connection.currentRemoteDescription !== null;
    if (this.#closeReason !== undefined || isDescribed()) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancelLimit();
        connection.removeEventListener("signalingstatechange", onChange);
        resolve();
      };
      const onChange = (): void => {
        if (isDescribed()) end();
      };
      const cancelLimit = schedule(descriptionLimitMs, end);
      connection.addEventListener("signalingstatechange", onChange);
    });
  }

  readonly #onMessage = ({ data }: MessageEvent<unknown>): void => {
    if (this.#closeReason !== undefined) return;
    if (!(data instanceof ArrayBuffer) || data.byteLength > maxMessageBytes) {
      this.close("not a gateway message");
    } else if (this.#listener !== undefined) {
      this.#listener.onMessage(new Uint8Array(data));
    } else if (this.#early.length < maxEarlyMessages) {
      this.#early.push(new Uint8Array(data));
    } else {
      this.close("too many messages before admission");
    }
  };

  readonly #onDrain = (): void => {
    if (this.#closeReason === undefined) this.#listener?.onDrain();
  };

  /** Nothing can leave any more. */
  readonly #onPipeClose = (): void => this.breakOff("closed by the other side");

  readonly #onPipeError = (): void => this.close("data channel error");

  /**
   * "disconnected" is no end: a phone that slept, or walked through a dead spot, comes back. Liveness is decided
   * elsewhere.
   */
  readonly #onConnectionState = (): void => {
    const { connectionState } = this.#options.connection;
    if (connectionState === "failed" || connectionState === "closed") this.breakOff(`connection ${connectionState}`);
  };

  readonly #release = (): void => {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#cancelLinger?.();
    const { pipe, connection, onReleased } = this.#options;
    pipe.removeEventListener("message", this.#onMessage);
    pipe.removeEventListener("bufferedamountlow", this.#onDrain);
    pipe.removeEventListener("close", this.#onPipeClose);
    pipe.removeEventListener("error", this.#onPipeError);
    connection.removeEventListener("connectionstatechange", this.#onConnectionState);
    connection.close();
    onReleased();
  };
}
