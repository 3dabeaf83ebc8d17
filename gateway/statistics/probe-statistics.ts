// Measures one of my probes as its observer: what it sends, and how long its writes take.
import type { LinkState, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";
import type { Now } from "../basics/runtime.ts";
import type { OwnProbe } from "../probes/own-probe.ts";
import type { ProbeObserver } from "../probes/probe-observer.ts";
import { RollingDelay } from "./delay-histogram.ts";
import { RateWindow } from "./rate-window.ts";
import type { ProbeFigures } from "./statistics-types.ts";

export class ProbeStatistics implements ProbeObserver {
  readonly #writeLatency: RollingDelay;
  readonly #rates: RateWindow<"messagesIn">;
  #messagesIn = 0;
  #writesPending = 0;
  #mostWritesPending = 0;
  #reconnects = 0;
  #hasConnected = false;

  constructor(now: Now) {
    this.#writeLatency = new RollingDelay(now);
    this.#rates = new RateWindow(now, { messagesIn: 0 });
  }

  onState({ kind }: LinkState): void {
    if (kind !== "connected") return;
    if (this.#hasConnected) this.#reconnects++;
    this.#hasConnected = true;
  }

  onMessage(): void {
    this.#messagesIn++;
  }

  onWriteAsked(): void {
    this.#writesPending++;
    this.#mostWritesPending = Math.max(this.#mostWritesPending, this.#writesPending);
  }

  onWriteOver(outcome: WriteOutcome["kind"], tookMs: number): void {
    this.#writesPending--;
    if (outcome === "written") this.#writeLatency.record(tookMs);
  }

  /** About once a second. */
  beat(): void {
    this.#rates.sample({ messagesIn: this.#messagesIn });
  }

  figures({ index, link, downlink }: OwnProbe, name: string): ProbeFigures {
    return {
      index,
      name,
      link: link.state,
      messagesIn: this.#messagesIn,
      messagesInPerSecond: this.#rates.perSecond("messagesIn", this.#messagesIn),
      writeLatency: this.#writeLatency.spans(),
      writesPending: this.#writesPending,
      mostWritesPending: this.#mostWritesPending,
      reconnects: this.#reconnects,
      buzzes: Object.fromEntries(downlink.counts),
    };
  }
}
