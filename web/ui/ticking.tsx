// A text that depends on the time: renders itself anew each second and nothing around it.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Now } from "../../gateway/runtime.ts";

const tickMs = 1000;

export const Ticking = ({ now, text }: { now: Now; text: (nowMs: number) => string }) => {
  const nowMs = useSignal(now());
  useEffect(() => {
    const timer = setInterval(() => {
      nowMs.value = now();
    }, tickMs);
    return () => clearInterval(timer);
  }, [now, nowMs]);
  return <>{text(nowMs.value)}</>;
};
