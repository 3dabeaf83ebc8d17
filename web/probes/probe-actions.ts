// Probes come and go here: what was taken from the shelf is opened in the gateway of the room, and what could not be is said.
// Neighbours: probe-shelf.ts makes the links, the gateway holds them.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { NoticeBoard } from "../room/notice-board.ts";
import type { Origin, ProbeShelf } from "./probe-shelf.ts";

export interface ProbeDeskOptions {
  readonly shelf: ProbeShelf;
  readonly notices: NoticeBoard;
  /** Of the room that the page is in. */
  readonly gateway: () => Gateway | undefined;
  /** How many more Bluetooth links this phone can hold. */
  readonly freeSlots: () => number;
}

export class ProbeDesk {
  readonly #options: ProbeDeskOptions;

  constructor(options: ProbeDeskOptions) {
    this.#options = options;
  }

  /** Must be called from a tap: see `ProbeChooser`. */
  async add(origin: Origin): Promise<void> {
    const { shelf, notices, freeSlots } = this.#options;
    const link = await shelf.choose(origin, freeSlots());
    if (typeof link !== "string") await this.#open(link, link.name);
    else if (link !== "chooser-cancelled") notices.raise(link); // Who cancels knows that.
  }

  /** A closed link stays closed: the device gets a fresh one, under the name that it had. Must be called from a tap. */
  async reopen(probeIndex: number): Promise<void> {
    const gateway = this.#options.gateway();
    const probe = gateway?.probe(probeIndex);
    const link = probe && this.#options.shelf.again(probe.link);
    if (gateway === undefined || link === undefined) return;
    const name = gateway.probeName(probeIndex);
    void gateway.removeProbe(probeIndex); // Nothing is awaited: a platform that asks for permission wants the tap.
    await this.#open(link, name);
  }

  /** Makes a simulated arm move; nothing for a real one, or a gesture that nobody knows. */
  move(probeIndex: number, gesture: string): void {
    const probe = this.#options.gateway()?.probe(probeIndex);
    const name = gestureNames.find((known) => known === gesture);
    if (probe !== undefined && name !== undefined) this.#options.shelf.move(probe.link, name);
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
    if (state.kind !== "closed" || state.failure === undefined) return;
    notices.raise(state.failure, gateway.probeName(probe.index));
  }
}
