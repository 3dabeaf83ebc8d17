// A `Channel` over one RTCDataChannel and its RTCPeerConnection, no matter which end opened them. It owns both as soon
// as the data channel is open. Invariants: `send` never throws, no message that arrives before `listen` is lost, and
// the listener is called exactly once when the channel ends.
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
  /** It is open, or will be in a moment. */
  readonly pipe: DataPipe;
  readonly connection: Connection;
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  readonly signaledBy: Channel["signaledBy"];
  readonly sha256: Crypto["sha256"];
  readonly schedule: Schedule;
  /** Called once, when data channel and connection are both closed, so that the opener forgets them. */
  readonly onReleased: () => void;
}

/**
 * Twice as many messages as a handshake may have (docs/protocol.md §2.1), a megabyte at most. A sender of more, before
 * anybody listens, does not follow the protocol.
 */
export const maxEarlyMessages = 64;

/**
 * On a busy machine, Chromium reports the dialer's data channel as open a few milliseconds before it gives the page the
 * answer that opened it (one dial in forty, measured with version 156). To check the certificates at that moment would
 * call an honest connection unsafe.
 */
const descriptionLimitMs = 2_000;

/**
 * A closing data channel still delivers what it has accepted, a closed connection does not. So a goodbye has this long
 * to leave.
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
    // The first certificate is the peer's own. Some platforms do not give it: no list, or a list with an empty buffer.
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
      if (this.#closeReason !== closedBefore) return; // The listener closed the channel itself, so it knows.
    }
    if (closedBefore !== undefined) listener.onClose(closedBefore);
  }

  send(message: Uint8Array): boolean {
    if (this.#closeReason !== undefined || this.#options.pipe.readyState !== "open") return false;
    try {
      // The DOM's types exclude shared memory; no message here lies in shared memory.
      this.#options.pipe.send(message as Uint8Array<ArrayBuffer>);
      return true;
    } catch (error) {
      // It closed at this moment, or its buffer is full, far beyond the high-water mark: either way the message cannot
      // leave.
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

  /** Ends the whole connection in this task: nothing more comes in, and what was waiting to leave is lost. */
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
   * "disconnected" is not the end: a phone that slept, or that had no network for a moment, comes back. The gateway
   * decides whether a peer is alive.
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
