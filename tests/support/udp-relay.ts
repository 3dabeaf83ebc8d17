// A bad network between native phones, without rights and on any system: for every connection two UDP sockets, each of
// which stands for one phone towards the other. The relay of the signaling gives each phone the other's stand-in in
// place of its address. Every datagram then passes here, and is lost, doubled, held up or swallowed as the `Way` in its
// direction says.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Dice } from "./dice.ts";
import type { RelayedMessage } from "./hostile-server.ts";
import { Way } from "./way.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** One phone in one connection. */
interface End {
  readonly sessionId: string;
  /** Where the other phone finds it. */
  readonly standIn: Socket;
  /** Where it is, once it has said so. */
  address: Address | undefined;
}

/**
 * `a=candidate:1 1 UDP 2122317823 192.0.2.1 41234 typ host`, with or without the `a=`: the first host candidate of IPv4
 * and UDP.
 */
const hostCandidate = /(candidate:\S+ 1 udp \d+ )(\d+\.\d+\.\d+\.\d+) (\d+)( typ host)/i;
const anyCandidate = /^a=candidate:.*\r?\n/gm;

export class UdpRelay {
  /** Datagrams that came, and of these: what was lost to a share or a cut. */
  datagrams = 0;
  lost = 0;
  doubled = 0;
  readonly #dice: Dice;
  readonly #ways = new Map<string, Way>();
  /** By connection id, then session id. */
  readonly #connections = new Map<string, Promise<readonly [End, End]>>();
  #isClosed = false;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** From one session to another. */
  way(from: string, to: string): Way {
    const key = `${from}>${to}`;
    const way = this.#ways.get(key) ?? new Way();
    this.#ways.set(key, way);
    return way;
  }

  /** The message as the other phone should get it; undefined for a candidate that it cannot use, or does not need. */
  async rewrite(message: RelayedMessage): Promise<RelayedMessage | undefined> {
    const { connectionId } = message.payload;
    this.#connections.set(connectionId, this.#connections.get(connectionId) ?? this.#open(message.src, message.dst));
    const ends = await this.#connections.get(connectionId);
    const end = ends?.find(({ sessionId }) => sessionId === message.src);
    if (end === undefined) throw new Error("a message of neither end");
    if (message.type === "CANDIDATE") {
      const candidate = this.#standInFor(end, message.payload.candidate.candidate);
      if (candidate === undefined) return undefined;
      return { ...message, payload: { ...message.payload, candidate: { ...message.payload.candidate, candidate } } };
    }
    const sdp = message.payload.sdp.sdp.replace(anyCandidate, (line) => this.#standInFor(end, line) ?? "");
    if (message.type === "OFFER") {
      return { ...message, payload: { ...message.payload, sdp: { ...message.payload.sdp, sdp } } };
    }
    return { ...message, payload: { ...message.payload, sdp: { ...message.payload.sdp, sdp } } };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const ends of this.#connections.values()) for (const { standIn } of await ends) standIn.close();
  }

  async #open(one: string, other: string): Promise<readonly [End, End]> {
    const [a, b] = [await openEnd(one), await openEnd(other)];
    a.standIn.on("message", (datagram) => this.#carry(datagram, b, a));
    b.standIn.on("message", (datagram) => this.#carry(datagram, a, b));
    return [a, b];
  }

  /**
   * The first candidate that can be relayed decides; all others are dropped, so that there is no way past the relay.
   */
  #standInFor(end: End, candidate: string): string | undefined {
    const [, , host = "", port = ""] = hostCandidate.exec(candidate) ?? [];
    if (host === "") return undefined;
    end.address ??= { host, port: Number(port) };
    if (end.address.host !== host || end.address.port !== Number(port)) return undefined;
    return candidate.replace(hostCandidate, `$1127.0.0.1 ${end.standIn.address().port}$4`);
  }

  /** A datagram of `from`, which sent it to the stand-in of `to`. */
  #carry(datagram: Uint8Array, from: End, to: End): void {
    this.datagrams++;
    const way = this.way(from.sessionId, to.sessionId);
    if (way.isCut || this.#dice.chance(way.lossShare)) {
      this.lost++;
      return;
    }
    this.#sendLater(datagram, from, to, way);
    if (!this.#dice.chance(way.duplicateShare)) return;
    this.doubled++;
    this.#sendLater(datagram, from, to, way);
  }

  #sendLater(datagram: Uint8Array, from: End, to: End, way: Way): void {
    const send = (): void => {
      if (this.#isClosed || to.address === undefined) return;
      from.standIn.send(datagram, to.address.port, to.address.host);
    };
    if (way.reorderMs === 0) send();
    else setTimeout(send, this.#dice.between(0, way.reorderMs));
  }
}

const openEnd = async (sessionId: string): Promise<End> => {
  const standIn = createSocket("udp4");
  standIn.bind(0, "127.0.0.1");
  await once(standIn, "listening");
  standIn.on("error", () => undefined); // A phone that has closed its socket: the system may say so of the next datagram.
  return { sessionId, standIn, address: undefined };
};
