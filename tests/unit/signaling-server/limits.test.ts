// The limits that keep one address, one squatter and clients that do not read from taking what belongs to all.
import { EventEmitter } from "node:events";
import { beforeEach, describe, expect, it } from "vitest";
import { ConnectionLimit } from "../../../signaling-server/connection-limit.ts";
import {
  maxAddressConnections,
  maxReservations,
  maxTotalUnsentBytes,
  maxUnsentBytes,
  reservationMs,
} from "../../../signaling-server/limits.ts";
import { Reservations } from "../../../signaling-server/reservations.ts";
import { UnsentBudget } from "../../../signaling-server/unsent-budget.ts";

class FakeSocket extends EventEmitter {
  isDestroyed = false;
  readonly remoteAddress: string;

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  destroy(): this {
    this.isDestroyed = true;
    return this;
  }
}

describe("connections of one address", () => {
  const connect = (limit: ConnectionLimit, address: string): FakeSocket => {
    const socket = new FakeSocket(address);
    limit.receive(socket);
    return socket;
  };

  it("should be cut above the limit, while other addresses come in", () => {
    const limit = new ConnectionLimit({ isBehindProxy: false });
    const held = Array.from({ length: maxAddressConnections }, () => connect(limit, "192.0.2.1"));
    expect(held.some(({ isDestroyed }) => isDestroyed)).toBe(false);
    expect(connect(limit, "::ffff:192.0.2.1").isDestroyed).toBe(true);
    expect(limit.refused).toBe(1);
    expect(connect(limit, "192.0.2.2").isDestroyed).toBe(false);
    held[0]?.emit("close");
    expect(connect(limit, "192.0.2.1").isDestroyed).toBe(false);
    expect(connect(limit, "192.0.2.1").isDestroyed).toBe(true);
  });

  it("should not be counted when they are a proxy's on this machine", () => {
    const limit = new ConnectionLimit({ isBehindProxy: true });
    const held = Array.from({ length: maxAddressConnections + 1 }, () => connect(limit, "127.0.0.1"));
    expect(held.some(({ isDestroyed }) => isDestroyed)).toBe(false);
    const direct = Array.from({ length: maxAddressConnections + 1 }, () => connect(limit, "192.0.2.1"));
    expect(direct.filter(({ isDestroyed }) => isDestroyed)).toHaveLength(1);
  });
});

describe("the id of a session that is away", () => {
  let nowMs: number;
  let reservations: Reservations;

  beforeEach(() => {
    nowMs = 0;
    reservations = new Reservations(() => nowMs);
  });

  it("should be kept for the page that has its token, and only for a while", () => {
    reservations.reserve("a", "mine");
    expect(reservations.mayTake("a", "mine")).toBe(true);
    expect(reservations.mayTake("a", "other")).toBe(false);
    expect(reservations.mayTake("b", "other")).toBe(true);
    nowMs = reservationMs;
    expect(reservations.mayTake("a", "other")).toBe(true);
  });

  it("should be forgotten in time, and when there are too many", () => {
    for (let i = 0; i < maxReservations + 10; i++) reservations.reserve(`session ${i}`, "mine");
    expect(reservations.size).toBe(maxReservations);
    expect(reservations.mayTake("session 9", "other")).toBe(true);
    expect(reservations.mayTake("session 10", "other")).toBe(false);
    nowMs = reservationMs;
    reservations.reserve("new", "mine");
    expect(reservations.size).toBe(1);
  });
});

describe("what waits for sockets that do not read", () => {
  it("should be at most a megabyte each while there is room, and less the fuller it is", () => {
    const budget = new UnsentBudget();
    expect(budget.mayWait(maxUnsentBytes)).toBe(true);
    expect(budget.mayWait(maxUnsentBytes + 1)).toBe(false);
    const giveBack = budget.take(maxTotalUnsentBytes / 2);
    expect(budget.mayWait(maxUnsentBytes)).toBe(true);
    budget.take((maxTotalUnsentBytes * 7) / 16);
    expect(budget.mayWait(maxUnsentBytes / 4)).toBe(true);
    expect(budget.mayWait(maxUnsentBytes / 2)).toBe(false);
    giveBack();
    expect(budget.mayWait(maxUnsentBytes)).toBe(true);
  });

  it("should stay within the whole, however many do not read", () => {
    const budget = new UnsentBudget();
    const messageBytes = 16_000;
    const waiting = new Array<number>(5000).fill(0);
    for (let round = 0; round < 100; round++) {
      for (const [i, own] of waiting.entries()) {
        if (!budget.mayWait(own)) continue;
        budget.take(messageBytes);
        waiting[i] = own + messageBytes;
      }
    }
    // A client with nothing waiting may always get one message.
    expect(budget.waitingBytes).toBeLessThanOrEqual(maxTotalUnsentBytes + 5000 * messageBytes);
  });
});
