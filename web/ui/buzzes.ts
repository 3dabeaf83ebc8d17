// Who can be buzzed, and what was just sent: the dial animates each buzz, whichever button began it.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { AppActions, PeerView } from "./app-model.ts";

export interface Buzzes {
  /** `count` grows with every buzz; `to` is a gateway id, or undefined for everyone. */
  readonly last: ReadonlySignal<{ readonly count: number; readonly to: string | undefined }>;
  buzzPeer(gatewayId: string): void;
  buzzAll(): void;
}

export const createBuzzes = (actions: Pick<AppActions, "buzzPeer" | "buzzAll">): Buzzes => {
  const last = signal<{ count: number; to: string | undefined }>({ count: 0, to: undefined });
  const sent = (to: string | undefined) => {
    last.value = { count: last.value.count + 1, to };
  };
  return {
    last,
    buzzPeer(gatewayId) {
      actions.buzzPeer(gatewayId);
      sent(gatewayId);
    },
    buzzAll() {
      actions.buzzAll();
      sent(undefined);
    },
  };
};

/** Buzz is offered only where it can arrive in time: they must be here, and wear a band that can vibrate. */
export const canBuzz = (peer: PeerView): boolean =>
  peer.state.kind === "connected" && peer.probes.some((probe) => probe.isConnected && probe.canVibrate);
