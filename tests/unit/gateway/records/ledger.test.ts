import { beforeEach, describe, expect, it } from "vitest";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { unaccounted } from "../../../support/unaccounted.ts";

/** So many records go from one ledger to the other and are delivered. */
const deliver = (from: Ledger, to: Ledger, records: number): void => {
  from.countAddressed(records);
  from.countSent(records);
  to.countReceived(records);
  for (let i = 0; i < records; i++) to.countDelivered();
};

const lose = (from: Ledger, records: number): void => {
  from.countAddressed(records);
  from.countSent(records);
};

describe("ledger", () => {
  let ada: Ledger;
  let bob: Ledger;
  const left = () => unaccounted(ada.snapshot(), bob.snapshot());

  beforeEach(() => {
    ada = new Ledger();
    bob = new Ledger();
    ada.openChannel();
    bob.openChannel();
  });

  it("should know as queued what is addressed and neither sent nor dropped", () => {
    ada.countAddressed(10);
    ada.countSent(4);
    ada.countDroppedBeforeSend("expired", 2);
    ada.countDroppedBeforeSend("superseded", 1);
    expect(ada.snapshot()).toMatchObject({ addressed: 10, sent: 4, queued: 3 });
    expect(ada.report()).toMatchObject({ sent: 4, droppedBeforeSend: 3 });
  });

  it("should count as held what is received and not decided", () => {
    bob.countReceived(10);
    bob.countDelivered();
    bob.countDuplicate();
    bob.countLate();
    bob.countDropped("rate", 2);
    bob.countDropped("unknown-probe", 1);
    expect(bob.snapshot()).toMatchObject({ received: 10, held: 4 });
    expect(bob.report()).toMatchObject({ received: 10, delivered: 1, duplicate: 1, late: 1, dropped: 3 });
  });

  it("should call nothing lost while the channel is open", () => {
    lose(ada, 5);
    expect(ada.snapshot().lost).toBe(0);
    expect(left()).toBe(5);
  });

  it("should call lost what a closed channel left unconfirmed", () => {
    deliver(ada, bob, 7);
    ada.heard(bob.report());
    deliver(ada, bob, 2);
    lose(ada, 3);
    ada.closeChannel();
    expect(ada.snapshot().lost).toBe(5);
  });

  it("should find again on the next channel what had come after the last report", () => {
    deliver(ada, bob, 7);
    ada.heard(bob.report());
    deliver(ada, bob, 2);
    lose(ada, 3);
    for (const ledger of [ada, bob]) {
      ledger.closeChannel();
      ledger.openChannel();
    }
    expect(ada.snapshot().lost).toBe(5);
    ada.heard(bob.report());
    expect(ada.snapshot().lost).toBe(3);
    expect(left()).toBe(0);
    deliver(ada, bob, 4);
    ada.heard(bob.report());
    expect(ada.snapshot()).toMatchObject({ sent: 16, lost: 3 });
    expect(left()).toBe(0);
  });

  it("should close the channel before when another opens", () => {
    deliver(ada, bob, 3);
    lose(ada, 2);
    ada.openChannel();
    bob.openChannel();
    expect(bob.report()).toMatchObject({ receivedEarlier: 3, received: 0 });
    ada.heard(bob.report());
    expect(ada.snapshot().lost).toBe(2);
    expect(left()).toBe(0);
  });

  it("should lose nothing twice when it is closed twice", () => {
    deliver(ada, bob, 3);
    ada.heard(bob.report());
    lose(ada, 1);
    ada.closeChannel();
    ada.closeChannel();
    expect(ada.snapshot().lost).toBe(1);
  });

  it("should keep the newer of two reports that overtook each other", () => {
    deliver(ada, bob, 3);
    const older = bob.report();
    deliver(ada, bob, 4);
    const newer = bob.report();
    ada.heard(newer);
    ada.heard(older);
    ada.closeChannel();
    expect(ada.snapshot()).toMatchObject({ lost: 0, remote: newer });
  });

  it("should never lose less than nothing, whatever the other end says", () => {
    lose(ada, 1);
    ada.heard({ ...bob.report(), receivedEarlier: Number.MAX_SAFE_INTEGER, received: 9 });
    ada.closeChannel();
    expect(ada.snapshot().lost).toBe(0);
  });
});
