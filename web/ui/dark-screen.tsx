// The dark screen: black over the whole page, which an OLED display shows without lighting a pixel. One tap or any key
// wakes it, and does nothing else. The page behind is hidden, so no part of it is painted, reached or read out. Only a
// buzz for the eye (flash.ts) lies above it.
import { useSignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { AppProps } from "./props.ts";

/**
 * The second tap of a double tap must not press what lies below. This is longer than the 300 ms between the two taps.
 */
const shieldMs = 500;

/** Keys that do nothing by themselves. */
const modifiers: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta"]);

const Black = ({ onWake }: { onWake: () => void }) => {
  const key = useRef<HTMLButtonElement>(null);
  const wake = useRef(onWake);
  wake.current = onWake;
  useLayoutEffect(() => {
    const before = document.activeElement;
    document.body.classList.add("is-dark");
    key.current?.focus();
    const onKey = (event: KeyboardEvent): void => {
      if (modifiers.has(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      wake.current();
    };
    document.addEventListener("keydown", onKey, { capture: true });
    return () => {
      document.removeEventListener("keydown", onKey, { capture: true });
      document.body.classList.remove("is-dark");
      if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    };
  }, []);
  return (
    <div class="dark-screen" role="dialog" aria-modal="true" aria-label="Dark screen">
      <button ref={key} type="button" onClick={onWake}>
        <span class="dark-hint">Tap to wake. Buzzes still arrive.</span>
      </button>
    </div>
  );
};

export const DarkScreen = ({ model, actions }: AppProps) => {
  const isShielded = useSignal(false);
  useEffect(() => {
    if (!isShielded.value) return undefined;
    const timer = setTimeout(() => {
      isShielded.value = false;
    }, shieldMs);
    return () => clearTimeout(timer);
  }, [isShielded.value, isShielded]);
  if (model.isDark.value) {
    return (
      <Black
        onWake={() => {
          isShielded.value = true;
          actions.wake();
        }}
      />
    );
  }
  return isShielded.value ? <div class="dark-shield" /> : null;
};
