// The battery of this device, where the browser reports it: Chromium does; Firefox removed it, and Safari never had it.
// `onState` gets the state whenever level or charging change. "Unknown" is a state, too, with its reason.

/** What the page uses of the Battery Status API, which TypeScript's library does not describe. */
export interface BatteryManagerFace extends EventTarget {
  /** 0 to 1, in steps of one percent on most systems. */
  readonly level: number;
  readonly charging: boolean;
}

declare global {
  interface Navigator {
    readonly getBattery?: () => Promise<BatteryManagerFace>;
  }
}

export type BatteryState =
  | { readonly kind: "known"; readonly percent: number; readonly isCharging: boolean }
  | { readonly kind: "unknown"; readonly why: string };

export interface BatteryOptions {
  /** `navigator.getBattery`; undefined where the browser has none. */
  readonly getBattery: (() => Promise<BatteryManagerFace>) | undefined;
  readonly onState: (reading: BatteryState) => void;
}

const noApi = "this browser does not tell pages about the battery; Chrome and Edge do";
const refused = "the browser refused to tell this page about the battery";
const unreadable = "the browser tells no level that can be read";

/** The returned function ends it. */
export const watchBattery = ({ getBattery, onState }: BatteryOptions): (() => void) => {
  if (getBattery === undefined) {
    onState({ kind: "unknown", why: noApi });
    return () => undefined;
  }
  const listening = new AbortController();
  const { signal } = listening;
  const follow = (battery: BatteryManagerFace): void => {
    const tell = (): void => onState(stateOf(battery));
    battery.addEventListener("levelchange", tell, { signal });
    battery.addEventListener("chargingchange", tell, { signal });
    tell();
  };
  getBattery().then(
    (battery) => {
      if (!signal.aborted) follow(battery);
    },
    () => {
      if (!signal.aborted) onState({ kind: "unknown", why: refused });
    },
  );
  return () => listening.abort();
};

const stateOf = ({ level, charging }: BatteryManagerFace): BatteryState =>
  level >= 0 && level <= 1
    ? { kind: "known", percent: Math.round(level * 100), isCharging: charging }
    : { kind: "unknown", why: unreadable };
