// Keeps the screen on while the page is somebody's gateway: Android freezes a hidden page, and a frozen page forwards nothing.
// The browser takes the lock away whenever the page is hidden; it is asked for again when the page is back.

export interface WakeLockOptions {
  /** `navigator.wakeLock`; undefined where the browser has none. */
  readonly wakeLock: WakeLock | undefined;
  readonly document: Document;
  readonly onChange: (isHeld: boolean) => void;
  /** Asked for and refused, for example in battery saving mode. */
  readonly onRefused: () => void;
}

export interface WakeLockKeeper {
  close(): void;
}

export const keepAwake = ({ wakeLock, document, onChange, onRefused }: WakeLockOptions): WakeLockKeeper => {
  let sentinel: WakeLockSentinel | undefined;
  let isClosed = false;
  let wasRefused = false;

  const refused = (): void => {
    if (wasRefused) return;
    wasRefused = true;
    onRefused();
  };

  const acquire = async (): Promise<void> => {
    if (document.visibilityState !== "visible" || (sentinel && !sentinel.released)) return;
    if (wakeLock === undefined) return refused();
    try {
      const granted = await wakeLock.request("screen");
      if (isClosed) return void granted.release();
      sentinel = granted;
      sentinel.addEventListener("release", () => onChange(false));
      onChange(true);
    } catch {
      // The one exception that request() documents is NotAllowedError; a page hidden meanwhile is not a refusal.
      if (document.visibilityState === "visible") refused();
    }
  };

  const onVisibility = (): void => void acquire();
  document.addEventListener("visibilitychange", onVisibility);
  void acquire();

  return {
    close() {
      isClosed = true;
      document.removeEventListener("visibilitychange", onVisibility);
      void sentinel?.release();
    },
  };
};
