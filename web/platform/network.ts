// When this device gets another network, or one again: what was open before may be dead without a sign.

declare global {
  interface Navigator {
    /**
     * The Network Information API, where the browser has it: Chrome says by it that Wi-Fi has become mobile data,
     * without ever being offline.
     */
    readonly connection?: EventTarget;
  }
}

/** Calls until the returned function is called. */
export const watchNetwork = (
  window: EventTarget,
  connection: EventTarget | undefined,
  onChange: () => void,
): (() => void) => {
  window.addEventListener("online", onChange);
  connection?.addEventListener("change", onChange);
  return () => {
    window.removeEventListener("online", onChange);
    connection?.removeEventListener("change", onChange);
  };
};
