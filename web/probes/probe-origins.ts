// The origins of probes: Bluetooth, this phone's own sensors, or a simulated arm. It makes links that are not opened
// yet.
// Neighbours: probe-sources.ts has the chooser of each origin; probe-actions.ts opens what was chosen.
// Invariant: every link made here can be traced to the device that was chosen, so that a new link to it can be made.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import { type BusyTime, timedLink } from "../platform/busy-time.ts";
import type { ProbeView } from "../ui/app-model.ts";
import type { ErrorCode } from "../ui/errors.ts";

export type Origin = ProbeView["origin"];

/** A device that was chosen, and how to make a link to it; each link is used once. */
export interface ProbeSource {
  readonly origin: Origin;
  makeLink(): DeviceLink;
  /** Only a simulated arm can be moved from the page. */
  readonly move?: (gesture: GestureName) => void;
}

/**
 * Must be called from a tap, with nothing awaited before: only then do browsers open choosers and ask for permission.
 */
export type ProbeChooser = (freeSlots: number) => Promise<ProbeSource | ErrorCode>;

export class ProbeOrigins {
  readonly #choosers: Readonly<Record<Origin, ProbeChooser>>;
  readonly #busy: BusyTime;
  readonly #sources = new WeakMap<DeviceLink, ProbeSource>();

  /** @param busy counts the time that the links' events take. */
  constructor(choosers: Readonly<Record<Origin, ProbeChooser>>, busy: BusyTime) {
    this.#choosers = choosers;
    this.#busy = busy;
  }

  async choose(origin: Origin, freeSlots: number): Promise<DeviceLink | ErrorCode> {
    const source = await this.#choosers[origin](freeSlots);
    return typeof source === "string" ? source : this.#linkTo(source);
  }

  /** A new link to the same device: a closed link stays closed. */
  again(link: DeviceLink): DeviceLink | undefined {
    const source = this.#sources.get(link);
    return source && this.#linkTo(source);
  }

  originOf(link: DeviceLink): Origin {
    return this.#sources.get(link)?.origin ?? "bluetooth";
  }

  /** Does nothing for a probe that has a real arm. */
  move(link: DeviceLink, gesture: GestureName): void {
    this.#sources.get(link)?.move?.(gesture);
  }

  #linkTo(source: ProbeSource): DeviceLink {
    const link = timedLink(source.makeLink(), this.#busy);
    this.#sources.set(link, source);
    return link;
  }
}
