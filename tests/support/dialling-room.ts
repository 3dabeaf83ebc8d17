// A room whose gateways consist of nothing but their `Membership`, around a signaling server that can be switched off;
// then whoever both ends hold carries a dial. Connecting
// takes a while and sometimes fails, and one end can lose a channel without the other noticing. All chance comes from
// one seed.

import type { RandomUnit } from "../../gateway/basics/runtime.ts";
import { keepOf } from "../../gateway/peers/dial-policy.ts";
import { type Dial, Membership } from "../../gateway/peers/membership.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { FakeTime } from "./fake-time.ts";
import { seededRandom } from "./random.ts";

const roomId = "00112233445566778899aabbccddeeff";
/** From dial to authenticated channel. */
const shortestConnectMs = 200;
const longestConnectMs = 1_500;
/** How long an opener tries (as web/mesh does) before it gives a dial up. */
const dialLimitMs = 10_000;
/** How often a page looks which peers to dial, besides whenever something happens. */
const tickMs = 1_000;

export interface DiallingRoomOptions {
  readonly time: FakeTime;
  readonly seed: number;
  /** Share of dials that come to nothing, as one native dial in a hundred does. */
  readonly failing?: number;
}

/** One end's view of a channel. */
interface HeldEnd {
  readonly id: number;
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  readonly sinceMs: number;
}

export class DiallingRoom {
  readonly pages: Page[] = [];
  /** When each dial began, and which end began it. */
  readonly dials: { readonly from: string; readonly to: string; readonly atMs: number; readonly way: Dial["way"] }[] =
    [];
  /** How often two channels between the same pair were alive at once. */
  glares = 0;
  isServerUp = true;
  readonly time: FakeTime;
  readonly random: RandomUnit;
  readonly #failing: number;
  #registered: Page[] = [];
  #lastChannel = 0;

  constructor({ time, seed, failing = 0 }: DiallingRoomOptions) {
    this.time = time;
    this.random = seededRandom(seed);
    this.#failing = failing;
  }

  /** A page is opened; it registers and asks for the list within 100 ms. */
  join(): Page {
    const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(this.random() * 256));
    const page = new Page(this, makeSessionId(roomId, randomBytes));
    this.pages.push(page);
    page.tick();
    this.time.schedule(this.random() * 100, () => this.register(page));
    return page;
  }

  register(page: Page): void {
    if (!this.isServerUp || !this.pages.includes(page)) return;
    if (!this.#registered.includes(page)) this.#registered.push(page);
    const list = this.#registered.map(({ sessionId }) => sessionId);
    this.time.schedule(this.random() * 50, () => page.listed(list));
  }

  /** The page is closed without a word. */
  leave(page: Page): void {
    this.pages.splice(this.pages.indexOf(page), 1);
    this.#registered = this.#registered.filter((other) => other !== page);
    for (const other of this.pages) other.loses(page.sessionId);
  }

  serverGone(): void {
    this.isServerUp = false;
    this.#registered = [];
    for (const page of this.pages) page.membership.serverAway();
  }

  /** Every page connects again on its own within two seconds. */
  serverBack(): void {
    this.isServerUp = true;
    for (const page of this.pages) this.time.schedule(this.random() * 2_000, () => this.register(page));
  }

  dial(from: Page, { sessionId: to, way }: Dial): void {
    const { time, random } = this;
    this.dials.push({ from: from.sessionId, to, atMs: time.now(), way });
    const willFail = random() < this.#failing;
    time.schedule(
      willFail ? dialLimitMs : shortestConnectMs + random() * (longestConnectMs - shortestConnectMs),
      () => {
        const callee = this.pages.find(({ sessionId }) => sessionId === to);
        const isReached = callee !== undefined && this.pages.includes(from) && this.#reaches(from, callee, way);
        if (willFail || !isReached) return from.failed(to);
        const id = ++this.#lastChannel;
        if (callee.holds(from.sessionId) && from.holds(to)) this.glares++;
        from.opened(id, to, "us");
        callee.opened(id, from.sessionId, "them");
      },
    );
  }

  #reaches(from: Page, callee: Page, way: Dial["way"]): boolean {
    if (way.kind === "server") return this.isServerUp && this.#registered.includes(callee);
    const neighbour = this.pages.find(({ sessionId }) => sessionId === way.sessionId);
    return neighbour?.holds(from.sessionId) !== undefined && neighbour.holds(callee.sessionId) !== undefined;
  }

  /** Both ends, or only the first, lose the channel between them. */
  breakBetween(a: Page, b: Page, noticedBy: "both" | "first"): void {
    a.loses(b.sessionId);
    if (noticedBy === "both") b.loses(a.sessionId);
  }

  /** Whether every pair has exactly one channel, and the same one at both ends. */
  isWhole(): boolean {
    return this.pages.every((page) =>
      this.pages.every(
        (other) => page === other || (page.holds(other.sessionId)?.id ?? -1) === other.holds(page.sessionId)?.id,
      ),
    );
  }

  /** Lets time pass until the room is whole; how long that took, at most `limitMs`. */
  async untilWhole(limitMs: number): Promise<number> {
    let waitedMs = 0;
    while (!this.isWhole() && waitedMs < limitMs) {
      await this.time.advance(tickMs);
      waitedMs += tickMs;
    }
    return waitedMs;
  }

  /** The most dials that one page began within any second. */
  mostDialsPerSecond(): number {
    let most = 0;
    for (const { sessionId } of this.pages) {
      const atMs = this.dials.filter(({ from }) => from === sessionId).map((dial) => dial.atMs);
      for (const startMs of atMs)
        most = Math.max(most, atMs.filter((ms) => ms >= startMs && ms < startMs + 1_000).length);
    }
    return most;
  }
}

export class Page {
  readonly sessionId: string;
  readonly membership: Membership;
  readonly #room: DiallingRoom;
  readonly #held = new Map<string, HeldEnd>();
  /** The most dials that were under way at once. */
  mostDialsAtOnce = 0;
  #dialling = 0;

  constructor(room: DiallingRoom, sessionId: string) {
    this.#room = room;
    this.sessionId = sessionId;
    this.membership = new Membership({ ownSessionId: sessionId, random: room.random });
  }

  holds(sessionId: string): HeldEnd | undefined {
    return this.#held.get(sessionId);
  }

  /** As long as the page is open. */
  tick(): void {
    if (!this.#room.pages.includes(this)) return;
    this.#dial();
    this.#room.time.schedule(tickMs, () => this.tick());
  }

  listed(sessionIds: readonly string[]): void {
    this.membership.serverListed(sessionIds, this.#room.time.now());
    this.#dial();
  }

  failed(sessionId: string): void {
    this.#dialling--;
    this.membership.failed(sessionId, this.#room.time.now());
    this.#dial();
  }

  opened(id: number, remoteSessionId: string, dialedBy: "us" | "them"): void {
    if (dialedBy === "us") this.#dialling--;
    const sinceMs = this.#room.time.now();
    const newer: HeldEnd = { id, localSessionId: this.sessionId, remoteSessionId, dialedBy, sinceMs };
    const older = this.#held.get(remoteSessionId);
    this.#held.set(remoteSessionId, older === undefined ? newer : keepOf(older, newer, sinceMs - older.sinceMs));
    this.membership.connected(remoteSessionId, sinceMs);
    this.#sayMembers();
    this.#dial();
  }

  loses(sessionId: string): void {
    if (!this.#held.delete(sessionId)) return;
    this.membership.lost(sessionId, this.#room.time.now());
    this.#sayMembers();
  }

  #sayMembers(): void {
    const members = [...this.#held.keys()];
    for (const page of this.#room.pages) {
      if (this.#held.has(page.sessionId)) page.membership.peerNamed(this.sessionId, members, this.#room.time.now());
    }
  }

  #dial(): void {
    for (const dial of this.membership.next(this.#room.time.now())) {
      this.mostDialsAtOnce = Math.max(this.mostDialsAtOnce, ++this.#dialling);
      this.#room.dial(this, dial);
    }
  }
}
