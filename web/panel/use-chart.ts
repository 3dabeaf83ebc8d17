// A chart on a canvas for as long as its component is there: drawn anew when the page turns dark, brought up to date
// only while it is on screen.
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSeen } from "../ui/use-seen.ts";
import { type Inks, inksOf, watchScheme } from "./chart-kit.ts";

export interface LiveChart<Data> {
  show(data: Data): void;
  close(): void;
}

/** @param draw one and the same function for the life of the component. */
export const useChart = <Data>(
  draw: (canvas: HTMLCanvasElement, inks: Inks) => LiveChart<Data>,
  data: Data,
): RefObject<HTMLCanvasElement | null> => {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isSeen = useSeen(canvas);
  const latest = useRef(data);
  const refresh = useRef<() => void>(() => undefined);
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return undefined;
    const drawn = (): LiveChart<Data> => {
      const chart = draw(element, inksOf(element));
      chart.show(latest.current);
      return chart;
    };
    let chart = drawn();
    refresh.current = () => chart.show(latest.current);
    const unwatchScheme = watchScheme(() => {
      chart.close();
      chart = drawn();
    });
    return () => {
      unwatchScheme();
      chart.close();
    };
  }, [draw]);
  const mayDraw = isSeen.value;
  useEffect(() => {
    latest.current = data;
    if (mayDraw) refresh.current();
  }, [data, mayDraw]);
  return canvas;
};
