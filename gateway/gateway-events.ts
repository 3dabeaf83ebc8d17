// The events that a gateway reports to the page, which shows them, logs them or acts on them. Neighbours: gateway.ts
// raises them; web/app.ts receives them.
import type { GestureName } from "../firmware-bridge/gestures/gestures.ts";
import type { RefusalReason } from "./admission/handshake.ts";
import type { SettledChange } from "./key-change/room-key-change.ts";
import type { Peer } from "./peers/peer.ts";
import type { Cause, Response } from "./probes/effects.ts";
import type { OwnProbe } from "./probes/own-probe.ts";
import type { ProbeEvent } from "./probes/own-probes.ts";
import type { GatewayRecord } from "./wire/record.ts";
import type { RosterProbe } from "./wire/roster.ts";

export type GatewayEvent =
  | ProbeEvent
  | { readonly kind: "peers-changed" }
  | { readonly kind: "peer-gesture"; readonly peer: Peer; readonly probe: RosterProbe; readonly gesture: GestureName }
  | { readonly kind: "peer-record"; readonly peer: Peer; readonly probe: RosterProbe; readonly record: GatewayRecord }
  | {
      readonly kind: "response";
      readonly gatewayId: string;
      readonly cause: Cause;
      readonly probe?: OwnProbe;
      readonly response: Response;
    }
  | { readonly kind: "peer-joined"; readonly peer: Peer }
  /** It said that it leaves the room, or that this page sends too much, or its channel was lost. */
  | { readonly kind: "peer-gone"; readonly peer: Peer; readonly how: "left" | "let-go" | "lost" }
  /** The room has another key: the page moves there to stay with the others. */
  | { readonly kind: "room-key-settled"; readonly change: SettledChange }
  /** That peer has moved on to a key that never reached us. */
  | { readonly kind: "left-behind"; readonly peer: Peer }
  /** That peer says that the room has moved on without us. It is a claim, which any member can make. */
  | { readonly kind: "removed"; readonly peer: Peer }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  | { readonly kind: "woke" };
