// A text that depends on the time: renders itself again each second, and nothing around it. While the screen is dark,
// it renders nothing.
import { useSignal, useSignalEffect } from "@preact/signals";
import { useContext } from "preact/hooks";
import type { Now } from "../../gateway/basics/runtime.ts";
import { DarkContext } from "./dark-context.ts";

const tickMs = 1000;

export const Ticking = ({ now, text }: { now: Now; text: (nowMs: number) => string }) => {
  const nowMs = useSignal(now());
  const isDark = useContext(DarkContext);
  useSignalEffect(() => {
    if (isDark.value) return undefined;
    const tick = (): void => {
      nowMs.value = now();
    };
    tick();
    const timer = setInterval(tick, tickMs);
    return () => clearInterval(timer);
  });
  return <>{text(nowMs.value)}</>;
};
