// Where probes come from: a chooser for Bluetooth, this phone's own sensors, or a simulated arm. It knows the drivers, so that the app need not.
// It hands out links that nobody has opened yet, and remembers of each where it came from.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import { type BusyTime, timedLink } from "../platform/busy-time.ts";
import type { ProbeView } from "../ui/app-model.ts";
import type { ErrorCode } from "../ui/errors.ts";

export type Origin = ProbeView["origin"];

/** A device that was chosen: how to make a link to it, as often as that is needed. */
export interface ProbeSource {
  readonly origin: Origin;
  makeLink(): DeviceLink;
  /** A simulated arm moves when it is told to. */
  readonly move?: (gesture: GestureName) => void;
}

/** Must be called from a tap, with nothing awaited before: browsers open choosers and ask for permission only then. */
export type ProbeChooser = (freeSlots: number) => Promise<ProbeSource | ErrorCode>;

export class ProbeShelf {
  readonly #choosers: Readonly<Record<Origin, ProbeChooser>>;
  readonly #busy: BusyTime;
  readonly #sources = new WeakMap<DeviceLink, ProbeSource>();

  /** @param busy what the links' events take is counted there. */
  constructor(choosers: Readonly<Record<Origin, ProbeChooser>>, busy: BusyTime) {
    this.#choosers = choosers;
    this.#busy = busy;
  }

  async choose(origin: Origin, freeSlots: number): Promise<DeviceLink | ErrorCode> {
    const source = await this.#choosers[origin](freeSlots);
    return typeof source === "string" ? source : this.#linkTo(source);
  }

  /** A fresh link to the same device; a link that is closed stays closed. */
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
