import { describe, expect, it } from "vitest";
import { AccountBook, maxKeptAccounts } from "../../../../gateway/records/account-book.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";

const ledgerWith = (received: number): Ledger => {
  const ledger = new Ledger();
  ledger.countReceived(received);
  return ledger;
};

describe("AccountBook", () => {
  it("should let a gateway that comes back in the same epoch go on with its account, and count it once", () => {
    const book = new AccountBook();
    const ledger = ledgerWith(3);
    book.keep("anna", 2, ledger);
    expect(book.traffic().received).toBe(3);
    expect(book.take("anna", 2)).toBe(ledger);
    expect(book.traffic().received).toBe(0);
  });

  it("should begin again with another epoch, and sum up what was", () => {
    const book = new AccountBook();
    book.keep("anna", 2, ledgerWith(3));
    const next = book.take("anna", 3);
    expect(next.snapshot().received).toBe(0);
    next.countReceived(4);
    book.keep("anna", 3, next);
    expect(book.traffic().received).toBe(7);
    expect(book.take("anna", 2).snapshot().received).toBe(0);
  });

  it("should report what was dropped by its cause, for settled accounts too", () => {
    const book = new AccountBook();
    for (const epoch of [1, 2]) {
      const ledger = new Ledger();
      ledger.countDroppedBeforeSend("expired", 2);
      ledger.countDropped("rate", 5);
      book.keep("anna", epoch, ledger);
    }
    expect(book.traffic()).toMatchObject({
      droppedBeforeSend: { expired: 4, superseded: 0 },
      dropped: { rate: 10, "no-roster": 0 },
    });
  });

  it("should keep a bounded number, and every count", () => {
    const book = new AccountBook();
    for (let i = 0; i < maxKeptAccounts + 1; i++) book.keep(`gateway ${i}`, 1, ledgerWith(1));
    expect(book.traffic().received).toBe(maxKeptAccounts + 1);
    expect(book.take("gateway 0", 1).snapshot().received).toBe(0);
    expect(book.take("gateway 1", 1).snapshot().received).toBe(1);
  });
});
