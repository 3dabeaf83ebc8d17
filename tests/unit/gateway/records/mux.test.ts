import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { type Flush, Mux } from "../../../../gateway/records/mux.ts";
import { backlogHighWaterBytes } from "../../../../gateway/wire/channel.ts";
import { decodeMessage } from "../../../../gateway/wire/decode-message.ts";
import { maxPacketBytes } from "../../../../gateway/wire/frame-types.ts";
import type { GatewayRecord } from "../../../../gateway/wire/record.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { MemoryPort } from "../../../support/memory-port.ts";
import { makeCommand, makeGesture, makeRecord } from "../../../support/records.ts";

const everything = [{ probe: 0, minIntervalMs: 0 }];

describe("mux", () => {
  let time: FakeTime;
  let mux: Mux;

  beforeEach(() => {
    time = new FakeTime();
    mux = new Mux({ now: time.now, schedule: time.schedule, windowMs: 180 });
  });

  const join = (peerId: string, interest = everything) => {
    const port = new MemoryPort();
    const ledger = new Ledger();
    ledger.openChannel();
    mux.addPeer(peerId, port, ledger);
    mux.setInterest(peerId, interest);
    return { port, ledger };
  };
  /** A record made now. */
  const now = (make: (fields: Partial<GatewayRecord>) => GatewayRecord, fields: Partial<GatewayRecord> = {}) =>
    make({ timeUs: time.now() * 1000, ...fields });
  const battery = (sequence: number) => makeRecord({ kind: kinds.battery, sequence });

  it("should send samples only to peers that asked, and everything else to everybody", async () => {
    const watcher = join("watcher");
    const other = join("other", []);
    mux.announce(makeRecord({ sequence: 1 }));
    mux.announce(battery(2));
    mux.announce(now(makeGesture, { sequence: 3 }));
    await time.advance(180);
    expect(watcher.port.sequences()).toEqual([[1, 2, 3]]);
    expect(other.port.sequences()).toEqual([[2, 3]]);
    expect(other.ledger.snapshot()).toMatchObject({ addressed: 2, sent: 2, queued: 0 });
  });

  it("should give the same bytes to all peers that want the same", () => {
    const [ada, bob, eve] = [join("ada"), join("bob"), join("eve", [])];
    mux.announce(now(makeGesture));
    expect(ada.port.messages[0]).toBe(bob.port.messages[0]);
    expect(ada.port.messages[0]).not.toBe(eve.port.messages[0]);
    expect(ada.port.messages[0]).toEqual(eve.port.messages[0]);
  });

  it("should thin the samples to each peer's interval", async () => {
    const often = join("often");
    const seldom = join("seldom", [{ probe: 1, minIntervalMs: 100 }]);
    for (let sequence = 0; sequence < 10; sequence++) {
      mux.announce(now(makeRecord, { sequence }));
      await time.advance(40);
    }
    await time.advance(180);
    expect(often.port.sequences().flat()).toHaveLength(10);
    expect(seldom.port.sequences().flat()).toEqual([0, 3, 6, 9]);
    expect(seldom.ledger.snapshot()).toMatchObject({ addressed: 4, sent: 4 });
  });

  it("should forget when samples passed, once nobody shares that interest or the roster changes", () => {
    const thinned = [{ probe: 1, minIntervalMs: 1000 }];
    const { ledger } = join("ada", thinned);
    const addressed = (sequence: number) => {
      mux.announce(now(makeRecord, { sequence }));
      return ledger.snapshot().addressed;
    };
    expect([addressed(1), addressed(2)]).toEqual([1, 1]);
    mux.setInterest("ada", []);
    mux.setInterest("ada", thinned);
    expect([addressed(3), addressed(4)]).toEqual([2, 2]);
    mux.rosterChanged(2);
    expect([addressed(5), addressed(6)]).toEqual([3, 3]);
  });

  it("should let samples wait for the window, and no longer than to the next gesture", async () => {
    const { port } = join("ada");
    mux.announce(makeRecord({ sequence: 1 }));
    await time.advance(179);
    expect(port.messages).toHaveLength(0);
    await time.advance(1);
    mux.announce(makeRecord({ sequence: 2 }));
    mux.announce(now(makeGesture, { sequence: 3 }));
    expect(port.sequences()).toEqual([[1], [2, 3]]);
  });

  it("should use a new window from the next record on", async () => {
    const { port } = join("ada");
    mux.setWindowMs(1000);
    mux.announce(makeRecord());
    await time.advance(999);
    expect(port.messages).toHaveLength(0);
    await time.advance(1);
    expect(port.messages).toHaveLength(1);
  });

  it("should fill no more than a packet", async () => {
    const { port } = join("ada");
    for (let sequence = 0; sequence < 500; sequence++) mux.announce(makeRecord({ sequence }));
    await time.advance(180);
    expect(port.sequences().flat()).toEqual(Array.from({ length: 500 }, (_, sequence) => sequence));
    for (const message of port.messages) expect(message.length).toBeLessThanOrEqual(maxPacketBytes);
    expect(port.messages.length).toBeLessThan(8);
  });

  it("should send a command to its peer alone and leave the broadcast waiting", async () => {
    const [ada, bob] = [join("ada"), join("bob")];
    mux.announce(makeRecord({ sequence: 1 }));
    expect(mux.sendTo("bob", now(makeCommand, { sequence: 7 }))).toBe(true);
    expect(ada.port.messages).toHaveLength(0);
    expect(bob.port.sequences()).toEqual([[7]]);
    await time.advance(180);
    expect(ada.port.sequences()).toEqual([[1]]);
    expect(bob.port.sequences()).toEqual([[7], [1]]);
  });

  it("should say that there is no channel for a command", () => {
    expect(mux.sendTo("nobody", makeCommand())).toBe(false);
  });

  it("should not announce what only a command can be", () => {
    const { port, ledger } = join("ada");
    mux.announce(now(makeCommand));
    expect(port.messages).toHaveLength(0);
    expect(ledger.snapshot().addressed).toBe(0);
  });

  it("should send what waits under the roster that it was announced under", () => {
    const { port } = join("ada");
    mux.rosterChanged(4);
    mux.announce(makeRecord());
    mux.rosterChanged(5);
    mux.announce(now(makeGesture));
    const versions = port.messages.map((message) => {
      const decoded = decodeMessage(message);
      return "frames" in decoded && decoded.frames[0]?.type === "aggregate" && decoded.frames[0].rosterVersion;
    });
    expect(versions).toEqual([4, 5]);
  });

  it("should drop at the flush what has expired in the queue, and count it for each peer", async () => {
    const [ada, bob] = [join("ada"), join("bob", [])];
    await time.advance(10_000);
    mux.announce(now(makeRecord, { sequence: 1 }));
    mux.announce(makeGesture({ sequence: 2, timeUs: (time.now() - 1001) * 1000 }));
    expect(ada.port.sequences()).toEqual([[1]]);
    expect(bob.port.sequences()).toEqual([]);
    for (const { ledger } of [ada, bob]) expect(ledger.snapshot()).toMatchObject({ queued: 0 });
    expect(ada.ledger.snapshot().droppedBeforeSend.expired).toBe(1);
    expect(bob.ledger.snapshot().droppedBeforeSend.expired).toBe(1);
  });

  it("should not address to a newcomer what was queued before it came", async () => {
    const first = join("first", []);
    mux.announce(battery(1));
    const second = join("second", []);
    mux.announce(battery(2));
    await time.advance(180);
    expect(first.port.sequences().flat()).toEqual([1, 2]);
    expect(second.port.sequences().flat()).toEqual([2]);
    expect(second.ledger.snapshot()).toMatchObject({ addressed: 1, sent: 1 });
  });

  it("should still send what was queued when a peer's interest changes", async () => {
    const [ada, bob] = [join("ada"), join("bob", [])];
    mux.announce(makeRecord({ sequence: 1 }));
    mux.announce(battery(2));
    mux.setInterest("ada", []);
    mux.announce(makeRecord({ sequence: 3 }));
    mux.announce(battery(4));
    await time.advance(180);
    expect(ada.port.sequences()).toEqual([[1, 2], [4]]);
    expect(bob.port.sequences()).toEqual([[2], [4]]);
  });

  it("should count what waits for a peer that goes", async () => {
    const [ada, bob] = [join("ada"), join("bob")];
    mux.announce(makeRecord({ sequence: 1 }));
    mux.announce(makeRecord({ sequence: 2 }));
    mux.removePeer("ada");
    await time.advance(180);
    expect(ada.ledger.snapshot()).toMatchObject({ addressed: 2, sent: 0, queued: 0 });
    expect(ada.ledger.snapshot().droppedBeforeSend["channel-closed"]).toBe(2);
    expect(bob.port.sequences()).toEqual([[1, 2]]);
  });

  it("should count what a closed channel does not take", () => {
    const { port, ledger } = join("ada");
    port.isOpen = false;
    mux.announce(now(makeGesture));
    expect(ledger.snapshot()).toMatchObject({ addressed: 1, sent: 0, queued: 0 });
    expect(ledger.snapshot().droppedBeforeSend["channel-closed"]).toBe(1);
  });

  it("should count each record once when a send finds that peers have gone", () => {
    const peers = [join("failing", []), join("open", []), join("full", [])] as const;
    const [failing, open, full] = peers;
    full.port.buffered = backlogHighWaterBytes;
    failing.port.send = () => {
      for (const peerId of ["failing", "open", "full"]) mux.removePeer(peerId);
      return false;
    };
    mux.announce(battery(1));
    mux.announce(now(makeGesture, { sequence: 2 }));
    expect(open.port.messages).toHaveLength(0);
    for (const { ledger } of peers) {
      expect(ledger.snapshot()).toMatchObject({ addressed: 2, sent: 0, queued: 0 });
      expect(ledger.snapshot().droppedBeforeSend["channel-closed"]).toBe(2);
    }
  });

  it("should begin again with a peer whose channel is replaced", async () => {
    const first = join("ada");
    mux.announce(makeRecord({ sequence: 1 }));
    const second = join("ada", []);
    mux.announce(battery(2));
    await time.advance(180);
    expect(first.port.messages).toHaveLength(0);
    expect(first.ledger.snapshot().droppedBeforeSend["channel-closed"]).toBe(1);
    expect(second.port.sequences()).toEqual([[2]]);
  });

  describe("with a backlogged peer", () => {
    it("should go on sending to the others", () => {
      const [slow, fast] = [join("slow"), join("fast")];
      slow.port.buffered = backlogHighWaterBytes;
      mux.announce(now(makeGesture, { sequence: 1 }));
      expect(slow.port.messages).toHaveLength(0);
      expect(fast.port.sequences()).toEqual([[1]]);
      expect(slow.ledger.snapshot().queued).toBe(1);
    });

    it("should send once its channel has drained what is still of use", async () => {
      const { port, ledger } = join("slow");
      port.buffered = backlogHighWaterBytes;
      mux.announce(now(makeGesture, { sequence: 1 }));
      await time.advance(900);
      mux.announce(now(makeRecord, { sequence: 2 }));
      mux.announce(now(makeRecord, { sequence: 3 }));
      mux.announce(now(makeGesture, { sequence: 4 }));
      mux.sendTo("slow", now(makeCommand, { sequence: 5 }));
      await time.advance(200);
      port.buffered = 0;
      mux.announce(now(makeRecord, { sequence: 6 }));
      await time.advance(180);
      expect(port.messages).toHaveLength(0);
      mux.drained("slow");
      expect(port.sequences()).toEqual([[4, 5, 6]]);
      expect(ledger.snapshot()).toMatchObject({ addressed: 6, sent: 3, queued: 0 });
      expect(ledger.snapshot().droppedBeforeSend).toMatchObject({ expired: 1, superseded: 2 });
      mux.announce(now(makeGesture, { sequence: 7 }));
      expect(port.sequences()).toEqual([[4, 5, 6], [7]]);
    });

    it("should stop again when the channel fills up while it is drained", () => {
      const { port, ledger } = join("slow");
      port.buffered = backlogHighWaterBytes;
      for (let sequence = 0; sequence < 60; sequence++) {
        mux.sendTo("slow", now(makeCommand, { sequence, payload: new Uint8Array(500) }));
      }
      port.buffered = backlogHighWaterBytes - 1000;
      const { send } = port;
      port.send = (message) => {
        port.buffered += message.length;
        return send.call(port, message);
      };
      mux.drained("slow");
      expect(port.sequences()).toEqual([[0, 1]]);
      expect(ledger.snapshot()).toMatchObject({ sent: 2, queued: 58 });
      port.buffered = 0;
      mux.drained("slow");
      expect(port.sequences().flat()).toEqual(Array.from({ length: 60 }, (_, sequence) => sequence));
    });

    it("should count what waited when it goes", () => {
      const { port, ledger } = join("slow");
      port.buffered = backlogHighWaterBytes;
      mux.announce(now(makeGesture));
      mux.sendTo("slow", now(makeCommand));
      mux.removePeer("slow");
      expect(ledger.snapshot()).toMatchObject({ addressed: 2, sent: 0, queued: 0 });
    });
  });

  it("should leave no timer and no record behind when it is closed", () => {
    const { ledger } = join("ada");
    join("bob", []);
    mux.announce(makeRecord());
    mux.announce(battery(1));
    mux.close();
    expect(time.pendingTasks).toBe(0);
    expect(ledger.snapshot().queued).toBe(0);
  });

  it("should report to its observer every aggregate that left, and why", async () => {
    const flushes: Flush[] = [];
    mux = new Mux({
      now: time.now,
      schedule: time.schedule,
      windowMs: 180,
      observer: { onFlush: (flush) => flushes.push(flush) },
    });
    const ada = join("ada");
    join("bob");
    const told = () => flushes.splice(0).map(({ reason, records, peers }) => [reason, records.length, peers]);
    mux.announce(battery(1));
    await time.advance(180);
    mux.announce(now(makeGesture));
    mux.sendTo("ada", now(makeCommand));
    expect(told()).toEqual([
      ["window", 1, 2],
      ["urgent", 1, 2],
      ["directed", 1, 1],
    ]);
    mux.announce(battery(2));
    mux.rosterChanged(2);
    mux.announce(makeRecord({ payload: new Uint8Array(800) }));
    mux.announce(makeRecord({ payload: new Uint8Array(800) }));
    expect(told()).toEqual([
      ["changed", 1, 2],
      ["full", 1, 2],
    ]);
    ada.port.buffered = backlogHighWaterBytes;
    mux.announce(now(makeGesture));
    ada.port.buffered = 0;
    mux.drained("ada");
    expect(told()).toEqual([
      ["urgent", 2, 1],
      ["drained", 2, 1],
    ]);
  });

  it("should report nothing to its observer of what nobody took", () => {
    const flushes: Flush[] = [];
    mux = new Mux({
      now: time.now,
      schedule: time.schedule,
      windowMs: 180,
      observer: { onFlush: (flush) => flushes.push(flush) },
    });
    const ada = join("ada");
    ada.port.isOpen = false;
    mux.announce(now(makeGesture));
    expect(flushes).toEqual([]);
  });
});
