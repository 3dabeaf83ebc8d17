// The reports as one document, with the thesis's tables beside ours. Pure. It says of an experiment without a report
// that it was not run.
import type { Experiment, ThesisTable } from "./experiments.ts";
import { goalsOf } from "./goals.ts";
import { figure, markdownOf, markdownTable, stepsOf } from "./markdown.ts";
import type { MicroReport } from "./micro-report.ts";
import type { RampReport, RunReport } from "./report.ts";
import type { ThesisTables } from "./thesis-tables.ts";
import { windowPlotsOf } from "./window-sweep.ts";

export interface MeasuredExperiment {
  readonly experiment: Experiment;
  readonly report: RunReport | RampReport | undefined;
}

export interface MeasurementsInput {
  readonly measured: readonly MeasuredExperiment[];
  readonly thesis: ThesisTables;
  readonly micro: MicroReport | undefined;
}

export const renderMeasurements = ({ measured, thesis, micro }: MeasurementsInput): string => {
  const byName = new Map(
    measured.flatMap(({ experiment, report }) => (report === undefined ? [] : [[experiment.name, report] as const])),
  );
  return `${[
    "# Measurements",
    "Made by `npm run bench:measurements`, not by hand; [bench.md](bench.md) says what each figure means and how far to trust it. " +
      "All processes share one machine and its loopback interface: ratios within one run say more than the figures alone.",
    "## The goals",
    goalTable({ byName, micro }),
    "Why some goals are missed: [bench.md](bench.md#where-the-goals-stand-and-why-not-further).",
    ...measured.flatMap((one) => sectionOf(one, thesis)),
    ...microSection(micro),
  ].join("\n\n")}\n`;
};

const goalTable = (reports: Parameters<typeof goalsOf>[0]): string =>
  markdownTable([
    ["goal", "measured", "verdict"],
    ...goalsOf(reports).map(({ goal, reached, verdict, isTrustworthy }) => [
      goal,
      reached,
      isTrustworthy ? verdict : `${verdict}; the run is not trustworthy`,
    ]),
  ]);

const sectionOf = ({ experiment, report }: MeasuredExperiment, thesis: ThesisTables): readonly string[] => {
  const { name, title, asks, command } = experiment;
  const head = [`## ${title}`, asks, `\`\`\`sh\nnpm run -s bench -- ${command}\n\`\`\``];
  if (report === undefined) return [...head, "Not run."];
  const plots = experiment.isWindowSweep && !("steps" in report) ? Object.keys(windowPlotsOf(report)) : [""];
  return [
    ...head,
    markdownOf(report),
    ...plots.map((suffix) => `![${title}](measurements/${name}${suffix}.svg)`),
    ...(experiment.thesis ?? []).map((table) => thesisSection(table, report, thesis)),
  ];
};

const thesisSection = (
  { table, ours }: ThesisTable,
  report: RunReport | RampReport,
  { tables }: ThesisTables,
): string => {
  const { title, rows } = tables[table] ?? { title: "", rows: [] };
  const header = ["phones", "thesis, mean ± sd (median)", "per-message", "thesis's way, here", "earl-mesh"];
  const steps = stepsOf(report);
  const body = rows.map(({ peers, mean, meanSd, median }) => {
    const step = steps.find(({ phones }) => phones === peers);
    const own = ["per-message", "thesis", "earl-mesh"].map((mode) => ourFigure(step, mode, ours));
    return [String(peers), `${figure(mean)} ± ${figure(meanSd)} (${figure(median)})`, ...own];
  });
  return [`Table ${table} of the thesis, ${title}; ours is ${ourTitle[ours]}:`, markdownTable([header, ...body])].join(
    "\n\n",
  );
};

const ourTitle: Readonly<Record<ThesisTable["ours"], string>> = {
  processing: "the processing delay in ms, mean ± sd (median)",
  gesture: "the one-way delay of gestures in ms, p50 / p99",
  cpu: "the processor time of the whole browser, % of a core",
};

const ourFigure = (step: RunReport | undefined, name: string, ours: ThesisTable["ours"]): string => {
  const mode = step?.modes.find((one) => one.mode === name);
  if (mode === undefined) return "–";
  switch (ours) {
    case "cpu":
      return figure(mode.cpuPercent);
    case "gesture": {
      const { gesture } = mode.oneWayMs;
      return gesture === null ? "–" : `${figure(gesture.p50)} / ${figure(gesture.p99)}`;
    }
    case "processing": {
      const { processingMs } = mode;
      return processingMs === null
        ? "–"
        : `${figure(processingMs.mean)} ± ${figure(processingMs.sd)} (${figure(processingMs.median)})`;
    }
  }
};

const microSection = (micro: MicroReport | undefined): readonly string[] => {
  const head = [
    "## The gateway's own code",
    "JavaScript alone, without channels.",
    "```sh\nnpm run -s bench:micro\n```",
  ];
  if (micro === undefined) return [...head, "Not run."];
  const rows = micro.cases.map(({ name, usPerRecord, bytesPerRecord }) => [
    name,
    figure(usPerRecord),
    figure(bytesPerRecord),
  ]);
  return [
    ...head,
    `Node ${micro.node}, ${micro.cpu}`,
    markdownTable([["case", "µs a record", "bytes allocated a record"], ...rows]),
  ];
};
