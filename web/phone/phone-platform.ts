// What this-phone.ts needs from a browser, and where each browser has it. No other file knows these differences between
// browsers.

export interface PhonePlatform {
  /** Undefined where the browser does not report movement. */
  readonly motionEvents: MotionEventSource | undefined;
  /** Undefined where no permission is needed. It must be called from a tap. */
  readonly requestMotionPermission: (() => Promise<PermissionState>) | undefined;
  /** Browsers hide motion from pages that are not secure. */
  readonly isSecureContext: boolean;
  /**
   * −1 where the browser reports gravity as pulling, as CoreMotion does; 1 where a phone on a table reads +1 g upwards
   * (W3C).
   */
  readonly gravitySign: 1 | -1;
  /** False when the browser did not take the pattern. Undefined where it cannot vibrate. */
  readonly vibrate: ((patternMs: number[]) => boolean) | undefined;
  /** Replaces a vibration on a phone that has none, by light and sound; durations by turns on and off. */
  signal(durationsMs: readonly number[], strengthPercent: number): void;
}

export interface MotionEventSource {
  addEventListener(type: "devicemotion", listener: (event: DeviceMotionEvent) => void): void;
  removeEventListener(type: "devicemotion", listener: (event: DeviceMotionEvent) => void): void;
}

/**
 * The window, with what TypeScript's DOM library leaves out: the permission, and that some browsers lack the other
 * members.
 */
export interface PhonePage extends MotionEventSource {
  readonly isSecureContext: boolean;
  readonly navigator: { readonly vibrate?: (pattern: number[]) => boolean };
  readonly DeviceMotionEvent?: {
    readonly prototype: unknown;
    readonly requestPermission?: () => Promise<PermissionState>;
  };
}

/**
 * `requestPermission` does not tell iOS from others (Chromium 156 has it too), but `GestureEvent` is WebKit's alone.
 */
export const phonePlatformOf = (page: PhonePage, signal: PhonePlatform["signal"]): PhonePlatform => {
  const { DeviceMotionEvent, navigator } = page;
  return {
    motionEvents: DeviceMotionEvent === undefined ? undefined : page,
    requestMotionPermission: DeviceMotionEvent?.requestPermission?.bind(DeviceMotionEvent),
    isSecureContext: page.isSecureContext,
    gravitySign: "GestureEvent" in page ? -1 : 1,
    vibrate: navigator.vibrate?.bind(navigator),
    signal,
  };
};
