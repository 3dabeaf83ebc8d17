// The accounts with gateways that are forgotten as peers. A gateway that comes back in the same epoch, such as a phone
// that slept for an hour, has kept its own account of us and goes on with it; the two agree only if we do the same.
// Bounded: the account that was kept longest is only summed up.
import { BoundedMap } from "../basics/bounded-map.ts";
import { Ledger } from "./ledger.ts";
import { addTraffic, noTraffic, type Traffic, trafficOf } from "./traffic.ts";

/** As many as there are gateways with known epochs (epoch-book.ts); an account has less than a kilobyte. */
export const maxKeptAccounts = 1024;

interface Account {
  readonly epoch: number;
  readonly ledger: Ledger;
}

export class AccountBook {
  /** By gateway id. */
  readonly #kept = new BoundedMap<string, Account>(maxKeptAccounts);
  #settled: Traffic = noTraffic;

  /** The account that goes on; a new one for an epoch with which there was none. */
  take(gatewayId: string, epoch: number): Ledger {
    const account = this.#kept.get(gatewayId);
    if (account?.epoch !== epoch) return new Ledger();
    this.#kept.delete(gatewayId);
    return account.ledger;
  }

  /** Nothing is counted in it until it is taken again. */
  keep(gatewayId: string, epoch: number, ledger: Ledger): void {
    this.#settle(this.#kept.get(gatewayId)); // Of an earlier epoch, which is over.
    this.#settle(this.#kept.set(gatewayId, { epoch, ledger }));
  }

  /** Of all accounts that are not in use. */
  traffic(): Traffic {
    let total = this.#settled;
    for (const { ledger } of this.#kept.values()) total = addTraffic(total, trafficOf(ledger.snapshot()));
    return total;
  }

  #settle(account: Account | undefined): void {
    if (account === undefined) return;
    this.#settled = addTraffic(this.#settled, trafficOf(account.ledger.snapshot()));
  }
}
