// A PeerJS without network: a Peer whose server and whose connections do what a test says.
import { EventEmitter } from "node:events";
import type { PeerOptions } from "peerjs";
import type { ConnectionFace, PeerFace, SignalingMessage } from "../../web/mesh/peerjs-face.ts";
import { FakeConnection, FakePipe } from "./fake-rtc.ts";

export class FakePeerConnection extends EventEmitter implements ConnectionFace {
  readonly peer: string;
  readonly connectionId: string;
  readonly options: unknown;
  readonly pipe = new FakePipe();
  readonly rtc = new FakeConnection();
  readonly messages: SignalingMessage[] = [];
  dataChannel: FakePipe | null = null;
  peerConnection: FakeConnection | null = this.rtc;
  rejectsMessages = false;
  isClosed = false;

  constructor(peer: string, connectionId: string, options: unknown) {
    super();
    this.peer = peer;
    this.connectionId = connectionId;
    this.options = options;
    this.on("error", () => undefined); // PeerJS's emitter does not throw on errors that nobody hears; Node's does.
  }

  async handleMessage(message: SignalingMessage): Promise<void> {
    this.messages.push(message);
    if (this.rejectsMessages) throw new TypeError("provider is null");
  }

  open(): void {
    this.dataChannel = this.pipe;
    this.emit("open");
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    const wasOpen = this.dataChannel !== null;
    this.dataChannel = this.peerConnection = null;
    if (wasOpen) this.emit("close");
  }
}

export class FakePeer extends EventEmitter implements PeerFace {
  /** Every Peer that was made, oldest first; a test clears it. */
  static readonly made: FakePeer[] = [];
  static makeSocket = (): unknown => new EventEmitter();

  readonly id: string;
  readonly options: PeerOptions;
  readonly socket: unknown = FakePeer.makeSocket();
  readonly connections: FakePeerConnection[] = [];
  readonly handled: unknown[] = [];
  destroyed = false;
  disconnected = false;
  reconnects = 0;
  connectError: Error | undefined;

  constructor(id: string, options: PeerOptions) {
    super();
    this.id = id;
    this.options = options;
    FakePeer.made.push(this);
    if (this.socket instanceof EventEmitter) this.socket.on("message", (message) => this.#handle(message));
  }

  /** A message of the server, as it leaves PeerJS's socket. */
  say(message: unknown): void {
    if (this.socket instanceof EventEmitter) this.socket.emit("message", message);
  }

  connect(peer: string, options: unknown): FakePeerConnection {
    if (this.connectError !== undefined) throw this.connectError;
    return this.#connection(peer, `dc_${this.connections.length}`, options);
  }

  getConnection(peer: string, connectionId: string): FakePeerConnection | null {
    const isIt = (one: FakePeerConnection) => one.peer === peer && one.connectionId === connectionId && !one.isClosed;
    return this.connections.find(isIt) ?? null;
  }

  reconnect(): void {
    this.reconnects++;
    this.disconnected = false;
  }

  disconnect(): void {
    if (this.disconnected) return;
    this.disconnected = true;
    this.emit("disconnected");
  }

  destroy(): void {
    this.disconnect();
    this.destroyed = true;
  }

  #handle(message: { type: string; src: string; payload: { connectionId: string } }): void {
    this.handled.push(message);
    if (message.type === "OPEN") this.emit("open");
    if (message.type === "OFFER") {
      if (this.connectError !== undefined) throw this.connectError;
      this.emit("connection", this.#connection(message.src, message.payload.connectionId, message.payload));
    }
  }

  #connection(peer: string, connectionId: string, options: unknown): FakePeerConnection {
    const connection = new FakePeerConnection(peer, connectionId, options);
    this.connections.push(connection);
    return connection;
  }
}
