// What a person does with their bands: add one, connect it again, move a simulated arm. What fails becomes a notice.
// Neighbours: probe-origins.ts makes the links, the gateway of the room opens and keeps them.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { LogBook } from "../room/log-book.ts";
import { nameInText } from "../room/names-text.ts";
import type { NoticeBoard } from "../room/notice-board.ts";
import type { Origin, ProbeOrigins } from "./probe-origins.ts";

export interface ProbeActionsOptions {
  readonly origins: ProbeOrigins;
  readonly notices: NoticeBoard;
  readonly log: LogBook;
  /** The gateway of the room that the page is in; undefined outside a room. */
  readonly gateway: () => Gateway | undefined;
  /** How many more Bluetooth links this phone can have. */
  readonly freeSlots: () => number;
}

/** Where the band is not at fault. */
const testBuzzCodes = { expired: "test-buzz-too-late", superseded: "test-buzz-replaced" } as const;

export class ProbeActions {
  readonly #options: ProbeActionsOptions;

  constructor(options: ProbeActionsOptions) {
    this.#options = options;
  }

  /** Must be called from a tap: see `ProbeChooser`. */
  async add(origin: Origin): Promise<void> {
    const { origins, notices, freeSlots } = this.#options;
    const link = await origins.choose(origin, freeSlots());
    if (typeof link !== "string") await this.#open(link, link.name);
    else if (link !== "chooser-cancelled") notices.raise(link); // A person who cancels knows that.
  }

  /** A closed link stays closed: the device gets a new link and keeps its name. Must be called from a tap. */
  async reopen(probeIndex: number): Promise<void> {
    const gateway = this.#options.gateway();
    const probe = gateway?.probe(probeIndex);
    const link = probe && this.#options.origins.again(probe.link);
    if (gateway === undefined || link === undefined) return;
    const name = gateway.probeName(probeIndex);
    void gateway.removeProbe(probeIndex); // Not awaited: a platform may ask for permission only during the tap.
    await this.#open(link, name);
  }

  /**
   * Lets the wearer feel a band. A buzz that is not felt is reported with its reason; one that is felt needs no word.
   */
  async testBuzz(probeIndex: number): Promise<void> {
    const { log, notices } = this.#options;
    const gateway = this.#options.gateway();
    const name = gateway?.probeName(probeIndex);
    const outcome = await gateway?.testBuzz(probeIndex);
    if (name === undefined || outcome === undefined) return; // It was removed meanwhile.
    for (const code of Object.values(testBuzzCodes)) notices.clear(code);
    if (outcome.kind === "written") return;
    log.add("warning", `${nameInText(name)} did not get the test buzz`);
    notices.raise(outcome.kind === "failed" ? outcome.failure : testBuzzCodes[outcome.kind], name);
  }

  /** Makes a simulated arm move. Does nothing for a real one, or for an unknown gesture. */
  move(probeIndex: number, gesture: string): void {
    const probe = this.#options.gateway()?.probe(probeIndex);
    const name = gestureNames.find((known) => known === gesture);
    if (probe !== undefined && name !== undefined) this.#options.origins.move(probe.link, name);
  }

  async #open(link: DeviceLink, name: string): Promise<void> {
    const { notices } = this.#options;
    const gateway = this.#options.gateway();
    if (gateway === undefined) return;
    const isHere = gateway.probes.some((other) => other.link.deviceId === link.deviceId);
    if (isHere) return notices.raise("already-paired", name);
    const probe = gateway.addProbe(link, name);
    if (probe === undefined) return notices.raise("probe-limit");
    const state = await probe.open();
    if (state.kind === "connected") notices.clear("held-in-another-tab"); // It was taken over.
    if (state.kind !== "closed" || state.failure === undefined) return;
    notices.raise(state.failure, gateway.probeName(probe.index));
  }
}
