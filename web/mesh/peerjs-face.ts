// The part of PeerJS that this folder uses, as narrow types: the class itself is handed in, so that pages, native
// phones and tests run the same code. PeerJS emits "error" with eventemitter3, which does not throw when nobody
// listens: such an error is silent.
import type { PeerOptions } from "peerjs";
import type { Connection, DataPipe } from "./data-channel.ts";

export type PeerClass = new (id: string, options: PeerOptions) => PeerFace;

export interface PeerFace {
  /** @internal in PeerJS, so its shape is checked at run time, by the signaling guard. */
  readonly socket: unknown;
  readonly destroyed: boolean;
  on(event: "open" | "disconnected", listener: () => void): unknown;
  on(event: "connection", listener: (connection: ConnectionFace) => void): unknown;
  connect(sessionId: string, options: { serialization: "raw"; reliable: false }): ConnectionFace | undefined;
  getConnection(sessionId: string, connectionId: string): SignalingTarget | null;
  reconnect(): void;
  disconnect(): void;
}

/** A connection as the guard sees it: where an ANSWER or a CANDIDATE goes. */
export interface SignalingTarget {
  handleMessage(message: SignalingMessage): unknown;
}

export interface SignalingMessage {
  readonly type: string;
  readonly src: string;
  readonly payload: unknown;
}

export interface ConnectionFace extends SignalingTarget {
  /** The session id of the other end. */
  readonly peer: string;
  /** PeerJS types both as present; they are undefined before the start and null after the end. */
  readonly dataChannel: DataPipe | null | undefined;
  readonly peerConnection: Connection | null | undefined;
  on(event: "open" | "close" | "error", listener: () => void): unknown;
  close(): void;
}
