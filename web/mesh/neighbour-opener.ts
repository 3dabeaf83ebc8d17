// Opens channels without the server (docs/protocol.md §2.11): one offer and one answer, carried by a peer to which both
// ends are connected. The RTCPeerConnection is handed in. Invariant: a neighbour may lie, so whatever it carries costs
// no more than a bounded number of connections, each for a bounded time.

import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { CauseCounts } from "../../gateway/basics/cause-counts.ts";
import type { Crypto, Schedule } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { dialIdBytes, type NeighbourFrame } from "../../gateway/wire/frame-types.ts";
import { isSameRoom } from "../../gateway/wire/session-id.ts";
import { type Attempt, Attempts, isDialedBy, type OpenAttempt } from "./attempts.ts";
import { type Connection, DataChannel, type DataPipe } from "./data-channel.ts";
import { isDialable } from "./neighbour-sdp.ts";
import { moreThanOneChannel, watchForMoreChannels } from "./one-channel.ts";
import type { DialFailure, NeighbourOpener, OnChannel } from "./opener.ts";

/** The part of an RTCPeerConnection that this file uses, and that a channel does not use. */
export interface NativeConnection extends Connection {
  readonly iceGatheringState: RTCIceGatheringState;
  readonly localDescription: { readonly sdp: string } | null;
  createDataChannel(label: string, options: { ordered: false }): DataPipe;
  createOffer(): Promise<RTCSessionDescriptionInit>;
  createAnswer(): Promise<RTCSessionDescriptionInit>;
  setLocalDescription(description: RTCSessionDescriptionInit): Promise<void>;
  setRemoteDescription(description: RTCSessionDescriptionInit): Promise<void>;
}

export type NativeConnectionClass = new (configuration: RTCConfiguration) => NativeConnection;

export interface RtcNeighbourOpenerOptions {
  readonly RTCPeerConnection: NativeConnectionClass;
  readonly sessionId: string;
  readonly iceServers: () => readonly RTCIceServer[];
  readonly crypto: Pick<Crypto, "randomBytes" | "sha256">;
  readonly schedule: Schedule;
  /** Sends to another member through the peer at `neighbourSessionId`; false when nothing was sent. */
  readonly send: (neighbourSessionId: string, frame: NeighbourFrame) => boolean;
  readonly onChannel: OnChannel;
}

/** The name under which every data channel of this opener is created. */
const label = "earl-mesh";

/**
 * Host candidates are found within milliseconds, and a STUN server answers within a second. A server that does not
 * answer must not use up the time of the dial.
 */
export const gatherLimitMs = 1_500;

/**
 * Offers that are being answered at once. A browser can have 500 connections. A neighbour that invents offers leaves
 * half of these places to others; where several neighbours do so, each still has one place of its own: 80 in all.
 */
export const maxPendingAccepts = 16;
export const maxPendingAcceptsPerNeighbour = 8;
/** One session's dial, and its second try when the first was lost. */
export const maxPendingAcceptsPerSession = 2;

interface NeighbourAttempt extends Attempt {
  readonly neighbourSessionId: string;
  readonly dialId: Uint8Array;
  readonly connection: NativeConnection;
  /** Set from the moment when its data channel exists, open or not. */
  channel?: DataChannel;
}

export class RtcNeighbourOpener implements NeighbourOpener {
  readonly #options: RtcNeighbourOpenerOptions;
  readonly #attempts: Attempts<NeighbourAttempt>;
  /** Dials whose answer has not come. */
  readonly #unanswered = new Set<NeighbourAttempt>();
  readonly #channels = new Set<Channel>();
  readonly #drops = new CauseCounts<string>();
  #isClosed = false;

  constructor(options: RtcNeighbourOpenerOptions) {
    this.#options = options;
    this.#attempts = new Attempts(options.schedule);
  }

  get drops(): ReadonlyMap<string, number> {
    return this.#drops.byCause;
  }

  async dial(sessionId: string, neighbourSessionId: string): Promise<Channel | DialFailure> {
    if (this.#isClosed) return { failed: "closed" };
    if (this.#attempts.pending(isDialedBy("us", sessionId)).length > 0) return { failed: "already-dialling" };
    const connection = this.#connect();
    if (connection === undefined) return { failed: "not-connected" };
    const dialId = this.#options.crypto.randomBytes(dialIdBytes);
    const attempt: NeighbourAttempt = { sessionId, dialedBy: "us", neighbourSessionId, dialId, connection };
    const opening = this.#begin(attempt);
    this.#unanswered.add(attempt);
    const pipe = connection.createDataChannel(label, { ordered: false });
    // In the task of the "open" event, so that no message is missed.
    pipe.addEventListener("open", () => {
      if (opening.isPending()) opening.settle(this.#channelOf(attempt, pipe));
    });
    void this.#describe(attempt, opening, "neighbourOffer");
    const outcome = await opening.outcome;
    this.#unanswered.delete(attempt);
    return outcome;
  }

  receive(neighbourSessionId: string, frame: NeighbourFrame): void {
    if (this.#isClosed) return;
    if (frame.type === "neighbourAnswer") return void this.#answered(neighbourSessionId, frame);
    const cause = this.#causeToDrop(neighbourSessionId, frame);
    if (cause === undefined) void this.#accept(neighbourSessionId, frame);
    else this.#countDrop(cause);
  }

  /** Gives up all that is being opened. */
  retire(): void {
    this.#isClosed = true;
    this.#attempts.settle(() => true, { failed: "closed" });
  }

  close(): void {
    this.retire();
    for (const channel of this.#channels) channel.close("leaving");
  }

  #causeToDrop(neighbourSessionId: string, { from, sdp }: NeighbourFrame): string | undefined {
    const { sessionId } = this.#options;
    // A connected peer needs no offer, and nobody dials themselves.
    if (from === sessionId || from === neighbourSessionId || !isSameRoom(from, sessionId))
      return "neighbour offer of nobody";
    if (!isDialable(sdp)) return "neighbour offer with a bad description";
    const pending = this.#attempts.pending(isDialedBy("them"));
    const throughIt = pending.filter((attempt) => attempt.neighbourSessionId === neighbourSessionId).length;
    const isTooMany =
      throughIt >= (pending.length < maxPendingAccepts ? maxPendingAcceptsPerNeighbour : 1) ||
      pending.filter((attempt) => attempt.sessionId === from).length >= maxPendingAcceptsPerSession;
    return isTooMany ? "too many neighbour offers" : undefined;
  }

  async #accept(neighbourSessionId: string, { from, dialId, sdp }: NeighbourFrame): Promise<void> {
    const connection = this.#connect();
    if (connection === undefined) return this.#countDrop("neighbour offer beyond the browser's connections");
    const attempt: NeighbourAttempt = { sessionId: from, dialedBy: "them", neighbourSessionId, dialId, connection };
    const opening = this.#begin(attempt);
    connection.addEventListener("datachannel", ({ channel: pipe }) => {
      if (!opening.isPending() || attempt.channel !== undefined) return;
      const opened = this.#channelOf(attempt, pipe);
      if (pipe.readyState === "open") opening.settle(opened);
      else pipe.addEventListener("open", () => opening.settle(opened));
    });
    void this.#describe(attempt, opening, "neighbourAnswer", { type: "offer", sdp });
    const outcome = await opening.outcome;
    if ("failed" in outcome) this.#countDrop(`accept through a neighbour ${outcome.failed}`);
    else this.#options.onChannel(outcome);
  }

  /** Describes this end, with all candidates in it, to the other; an answer after the offer is read. */
  async #describe(
    attempt: NeighbourAttempt,
    opening: OpenAttempt,
    type: NeighbourFrame["type"],
    offer?: RTCSessionDescriptionInit,
  ): Promise<void> {
    const { connection, sessionId: to, neighbourSessionId, dialId } = attempt;
    const { sessionId: from, schedule, send } = this.#options;
    try {
      if (offer !== undefined) await connection.setRemoteDescription(offer);
      const description = await (offer === undefined ? connection.createOffer() : connection.createAnswer());
      await connection.setLocalDescription(description);
      await gathered(connection, schedule);
    } catch {
      return opening.settle({ failed: "not-connected" }); // The browser cannot read the offer, or the attempt ended meanwhile.
    }
    if (!opening.isPending()) return;
    const sdp = connection.localDescription?.sdp ?? "";
    if (!isDialable(sdp)) return opening.settle({ failed: "not-connected" }); // More addresses than fit into a frame.
    if (!send(neighbourSessionId, { type, from, to, dialId, sdp })) opening.settle({ failed: "neighbour-away" });
  }

  async #answered(neighbourSessionId: string, { from, dialId, sdp }: NeighbourFrame): Promise<void> {
    const attempt = [...this.#unanswered].find(
      (dial) =>
        dial.sessionId === from &&
        dial.neighbourSessionId === neighbourSessionId &&
        toHex(dial.dialId) === toHex(dialId),
    );
    if (attempt === undefined) return this.#countDrop("neighbour answer to no dial");
    this.#unanswered.delete(attempt);
    const isThis = (other: NeighbourAttempt): boolean => other === attempt;
    if (!isDialable(sdp)) {
      this.#countDrop("neighbour answer with a bad description");
      return this.#attempts.settle(isThis, { failed: "not-connected" });
    }
    try {
      await attempt.connection.setRemoteDescription({ type: "answer", sdp });
    } catch {
      this.#attempts.settle(isThis, { failed: "not-connected" });
    }
  }

  /** Undefined when the browser makes no further connection. */
  #connect(): NativeConnection | undefined {
    const { RTCPeerConnection, iceServers } = this.#options;
    try {
      return new RTCPeerConnection({ iceServers: [...iceServers()] });
    } catch {
      return undefined;
    }
  }

  #begin(attempt: NeighbourAttempt): OpenAttempt {
    const { connection, dialedBy } = attempt;
    const opening = this.#attempts.begin(attempt, () => {
      attempt.channel?.breakOff("not opened in time");
      connection.close();
    });
    watchForMoreChannels(connection, dialedBy, () => {
      this.#countDrop(`${moreThanOneChannel} through a neighbour`);
      opening.settle({ failed: "not-connected" });
      attempt.channel?.breakOff(moreThanOneChannel);
    });
    connection.addEventListener("connectionstatechange", () => {
      const { connectionState } = connection;
      if (connectionState === "failed" || connectionState === "closed") opening.settle({ failed: "not-connected" });
    });
    return opening;
  }

  #channelOf(attempt: NeighbourAttempt, pipe: DataPipe): DataChannel {
    const { sessionId, dialedBy, connection } = attempt;
    const { sessionId: localSessionId, crypto, schedule } = this.#options;
    const channel = new DataChannel({
      pipe,
      connection,
      localSessionId,
      remoteSessionId: sessionId,
      dialedBy,
      signaledBy: "neighbour",
      sha256: crypto.sha256,
      schedule,
      onReleased: () => this.#channels.delete(channel),
    });
    this.#channels.add(channel);
    attempt.channel = channel;
    return channel;
  }

  #countDrop(cause: string): void {
    this.#drops.count(cause);
  }
}

/** Resolves when all candidates are in the local description, at the latest after `gatherLimitMs`. */
const gathered = (connection: NativeConnection, schedule: Schedule): Promise<void> => {
  if (connection.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      cancelLimit();
      connection.removeEventListener("icegatheringstatechange", onChange);
      resolve();
    };
    const onChange = (): void => {
      if (connection.iceGatheringState === "complete") end();
    };
    const cancelLimit = schedule(gatherLimitMs, end);
    connection.addEventListener("icegatheringstatechange", onChange);
  });
};
