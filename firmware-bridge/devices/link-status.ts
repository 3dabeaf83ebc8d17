// The state of one link, which is reported to the listener and to the caller of `open`. Every kind of link has one.
// Neighbours: gatt-link.ts, this-phone.ts and simulated-link.ts decide which state comes next.
// Invariant: a closed link stays closed, and its listener gets no state after that.
import type { DeviceLinkListener, LinkState } from "./device-link.ts";

export class LinkStatus {
  #state: LinkState = { kind: "connecting" };
  #listener: DeviceLinkListener | undefined;
  #resolveOpened: ((state: LinkState) => void) | undefined;

  get state(): LinkState {
    return this.#state;
  }

  /** Undefined before the link is opened. */
  get listener(): DeviceLinkListener | undefined {
    return this.#listener;
  }

  get isConnected(): boolean {
    return this.#state.kind === "connected";
  }

  get isClosed(): boolean {
    return this.#state.kind === "closed";
  }

  /** What `DeviceLink.open` returns: resolves with the first state that is `connected` or `closed`. Called once. */
  open(listener: DeviceLinkListener): Promise<LinkState> {
    this.#listener = listener;
    return new Promise((resolve) => {
      this.#resolveOpened = resolve;
    });
  }

  /** Does nothing once the link is closed. */
  enter(state: LinkState): void {
    if (this.isClosed) return;
    this.#state = state;
    this.#listener?.onState(state);
    if (state.kind === "connected" || state.kind === "closed") this.#resolveOpened?.(state);
  }
}
