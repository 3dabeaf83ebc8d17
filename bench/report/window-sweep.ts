// Draws a run whose modes are one mode with different windows; the window is the horizontal axis.
import { lineChart, type Series } from "./plot.ts";
import type { ModeReport, RunReport } from "./report.ts";

type Pick = (mode: ModeReport) => number | null | undefined;

const seriesOf = (modes: readonly ModeReport[], name: string, pick: Pick): Series => ({
  name,
  points: modes.flatMap((mode) => {
    const y = pick(mode);
    return y === null || y === undefined ? [] : { x: mode.windowMs, y };
  }),
});

/** The plots, by the ending of their file's name. */
export const windowPlotsOf = ({ scenario, phones, modes }: RunReport): Readonly<Record<string, string>> => {
  const chart = (title: string, yTitle: string, picks: Readonly<Record<string, Pick>>): string =>
    lineChart({
      title: `${scenario}, ${phones} phones: ${title}`,
      xTitle: "window, ms",
      yTitle,
      series: Object.entries(picks).map(([name, pick]) => seriesOf(modes, name, pick)),
    });
  return {
    "-packets": chart("packets and bursts", "a second", {
      "packets/s": ({ packetsPerSecond }) => packetsPerSecond,
      "bursts/s of one phone": ({ burstsPerSecond }) => burstsPerSecond,
    }),
    "-bytes": chart("bytes on the wire", "bytes a record", {
      "bytes a record": ({ bytesPerRecord }) => bytesPerRecord,
    }),
    "-delay": chart("one-way delay of samples", "ms", {
      p50: ({ oneWayMs }) => oneWayMs.sample?.p50,
      p99: ({ oneWayMs }) => oneWayMs.sample?.p99,
    }),
  };
};
