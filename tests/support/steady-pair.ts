// Two honest pages' worth of signaling that goes on while somebody attacks: an offer there, an answer back, again and
// again. Whether others are served shows in that it never stops; how well, in its slowest exchange.
import { setTimeout as pause } from "node:timers/promises";
import type { ServerProcess } from "./server-process.ts";
import { answerOf, offerOf } from "./session-descriptions.ts";
import { openSignaling, type SignalingClient, type SignalingOptions } from "./signaling-client.ts";

/**
 * Between two exchanges: two pages that set a connection up say as much in a second, and the server allows far more.
 */
const paceMs = 40;

export interface Seat extends Pick<SignalingOptions, "forwardedFor" | "localAddress"> {
  readonly id: string;
}

export class SteadyPair {
  exchanges = 0;
  slowestMs = 0;
  readonly #alice: SignalingClient;
  readonly #bob: SignalingClient;
  readonly #ids: readonly [string, string];
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(alice: SignalingClient, bob: SignalingClient, ids: readonly [string, string]) {
    this.#alice = alice;
    this.#bob = bob;
    this.#ids = ids;
  }

  static async start(server: ServerProcess, one: Seat, two: Seat): Promise<SteadyPair> {
    const [alice, bob] = [await openSignaling(server, one), await openSignaling(server, two)];
    for (const client of [alice, bob]) await client.next(); // OPEN
    const pair = new SteadyPair(alice, bob, [one.id, two.id]);
    pair.#running = pair.#run();
    pair.#running.catch(() => undefined); // Told by `stop`, which is not called yet.
    return pair;
  }

  /** @throws Error when an exchange came to nothing. */
  async stop(): Promise<{ readonly exchanges: number; readonly slowestMs: number }> {
    this.#isStopped = true;
    await this.#running;
    this.#alice.cut();
    this.#bob.cut();
    return { exchanges: this.exchanges, slowestMs: Math.round(this.slowestMs) };
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const startedMs = performance.now();
      await this.#exchange(`dc_${this.exchanges}`);
      this.slowestMs = Math.max(this.slowestMs, performance.now() - startedMs);
      this.exchanges++;
      await pause(paceMs);
    }
  }

  async #exchange(connectionId: string): Promise<void> {
    const [aliceId, bobId] = this.#ids;
    this.#alice.send({ ...offerOf(connectionId), dst: bobId });
    await this.#hears(this.#bob, "OFFER", connectionId);
    this.#bob.send({ ...answerOf(connectionId), dst: aliceId });
    await this.#hears(this.#alice, "ANSWER", connectionId);
  }

  async #hears(client: SignalingClient, type: string, connectionId: string): Promise<void> {
    const message = (await client.next()) as { type: string; payload?: { connectionId?: string } };
    if (message.type !== type || message.payload?.connectionId !== connectionId)
      throw new Error(`in place of ${type} ${connectionId} came ${JSON.stringify(message).slice(0, 200)}`);
  }
}
