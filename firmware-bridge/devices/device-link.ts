// What a gateway knows of one probe: the seam between drivers (Web Bluetooth, this phone, simulated) and the rest.
// A link keeps itself connected until it is closed. Outcomes are values: it never throws because of what a radio does.

/** Why a link or a write did not work. Every code has its sentence in `web/ui/errors.ts`. */
export type LinkFailure =
  | "bluetooth-unsupported"
  | "bluetooth-off"
  | "bluetooth-refused"
  | "insecure-context"
  | "chooser-cancelled"
  | "not-an-earl-device"
  | "link-slots-full"
  | "held-in-another-tab"
  | "link-lost"
  | "link-timeout"
  | "link-busy"
  | "motion-unsupported"
  | "motion-refused"
  | "not-supported-by-probe";

export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  | { readonly kind: "reconnecting"; readonly attempt: number; readonly failure: LinkFailure }
  | { readonly kind: "closed"; readonly failure?: LinkFailure };

/** Class and capabilities are the codes and bits of docs/protocol.md §1.1. */
export interface DeviceInfo {
  readonly probeClass: number;
  readonly capabilities: number;
}

/**
 * One message of the probe; `payload` is the whole message after reassembly, `receivedAtMs` is on the gateway's clock.
 */
export interface DeviceEvent {
  readonly kind: number;
  readonly payload: Uint8Array;
  readonly receivedAtMs: number;
}

/**
 * A command is not begun after `expiresAtMs` (gateway's clock); a newer command of the same kind replaces one that
 * waits.
 */
export interface DeviceCommand {
  readonly kind: number;
  readonly payload: Uint8Array;
  readonly expiresAtMs: number;
}

export type WriteOutcome =
  | { readonly kind: "written"; readonly atMs: number }
  | { readonly kind: "superseded" }
  | { readonly kind: "expired" }
  | { readonly kind: "failed"; readonly failure: LinkFailure };

export interface DeviceLinkListener {
  onState(state: LinkState): void;
  onEvent(event: DeviceEvent): void;
  /** Bytes or frames that were thrown away, with the cause as in `FrameDecoder`. */
  onDiscard(cause: string, count: number): void;
}

export interface DeviceLink {
  /** Stays the same for one device as long as the page lives. */
  readonly deviceId: string;
  readonly name: string;
  /** Known once connected; before, class "other" with no capability. */
  readonly info: DeviceInfo;
  readonly state: LinkState;
  /** Begins to connect; resolves with the first state that is `connected` or `closed`. Called once. */
  open(listener: DeviceLinkListener): Promise<LinkState>;
  write(command: DeviceCommand): Promise<WriteOutcome>;
  /** Drops what waits to be written, as expired: the page slept meanwhile, or the wearer does not want it any more. */
  expireWaiting(): void;
  /** Ends the link for good; pending writes resolve as failed. Calling it again does nothing. */
  close(): Promise<void>;
}
