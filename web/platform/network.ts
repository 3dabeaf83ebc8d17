// When this device gets another network, or one again: what was open before may be dead without a sign.

/** The part of the Network Information API that is used. Chrome has `type` on phones only. */
export interface NetworkConnection extends EventTarget {
  readonly type?: string | undefined;
}

declare global {
  interface Navigator {
    /** Where the browser has it: Chrome says by it that Wi-Fi has become mobile data, without ever being offline. */
    readonly connection?: NetworkConnection;
  }
}

/**
 * Calls until the returned function is called. The connection's event comes too when its estimated speed or delay
 * changes by a tenth, on a network that stays: what is open on it is well.
 */
export const watchNetwork = (
  window: EventTarget,
  connection: NetworkConnection | undefined,
  onChange: () => void,
): (() => void) => {
  let type = connection?.type;
  const onConnection = (): void => {
    if (connection?.type === type) return;
    type = connection?.type;
    onChange();
  };
  window.addEventListener("online", onChange);
  connection?.addEventListener("change", onConnection);
  return () => {
    window.removeEventListener("online", onChange);
    connection?.removeEventListener("change", onConnection);
  };
};
