// A report as tables, for people: Markdown for documents, the same columns as plain text for a terminal.
import type { DelayFigures, ModeReport, ProcessingFigures, RampReport, RunReport } from "./report.ts";

type Cells = readonly string[];

/** Nothing was measured, or nothing can be. */
const absent = "–";

export const figure = (value: number | null | undefined): string => {
  if (value === null || value === undefined) return absent;
  if (value >= 100) return Math.round(value).toString();
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const delay = (figures: DelayFigures | null): string =>
  figures === null ? absent : [figures.p50, figures.p95, figures.p99, figures.max].map(figure).join(" / ");

/** What is missing, as far as the product itself reports it: " (3 late)". */
const causesOf = (accounted: ModeReport["accounted"]): string => {
  const causes = Object.entries(accounted).map(([cause, count]) => `${count} ${cause}`);
  return causes.length === 0 ? "" : ` (${causes.join(", ")})`;
};

const processing = (figures: ProcessingFigures | null): string =>
  figures === null
    ? absent
    : `${figure(figures.mean)} ± ${figure(figures.sd)} (${figure(figures.median)}; ${figure(figures.p99)})`;

const columns: readonly (readonly [title: string, cell: (mode: ModeReport) => string])[] = [
  ["mode", ({ mode }) => mode],
  ["delivered", ({ delivered, expected, accounted }) => `${delivered} of ${expected}${causesOf(accounted)}`],
  ["gesture ms, p50 / p95 / p99 / max", ({ oneWayMs }) => delay(oneWayMs.gesture)],
  ["sample ms, p50 / p95 / p99 / max", ({ oneWayMs }) => delay(oneWayMs.sample)],
  ["processing ms, mean ± sd (median; p99)", ({ processingMs }) => processing(processingMs)],
  ["CPU µs a record", ({ cpuUsPerRecord }) => figure(cpuUsPerRecord)],
  ["packets/s", ({ packetsPerSecond }) => figure(packetsPerSecond)],
  ["bytes a record", ({ bytesPerRecord }) => figure(bytesPerRecord)],
  ["bursts/s", ({ burstsPerSecond }) => figure(burstsPerSecond)],
  ["peak MB", ({ peakRssMb }) => figure(peakRssMb)],
];

export const isRamp = (report: RunReport | RampReport): report is RampReport => "steps" in report;

export const stepsOf = (report: RunReport | RampReport): readonly RunReport[] =>
  isRamp(report) ? report.steps : [report];

/** Header and rows; in a ramp the first column is the number of phones. */
const tableOf = (report: RunReport | RampReport): readonly Cells[] => {
  const rows = stepsOf(report).flatMap(({ phones, modes }) =>
    modes.map((mode) => [...(isRamp(report) ? [String(phones)] : []), ...columns.map(([, cell]) => cell(mode))]),
  );
  return [[...(isRamp(report) ? ["phones"] : []), ...columns.map(([title]) => title)], ...rows];
};

export const verdictOf = ({ contention: { ok, rd, causes } }: RunReport): string =>
  ok ? `trustworthy (R_d ${figure(rd)})` : `not trustworthy: ${causes.join("; ") || "nothing was measured"}`;

const linesAround = (report: RunReport | RampReport): readonly string[] => {
  const steps = stepsOf(report);
  const [first] = steps;
  if (first === undefined) return ["nothing was measured"];
  const { scenario, phones, probes, hz, bytes, seconds, seed, machine, setupSeconds, modes } = first;
  const of = isRamp(report) ? "" : `${phones} phones, `;
  const lines = [
    `${scenario}: ${of}${probes} probes, ${hz} Hz, ${bytes} B, ${seconds} s a mode, seed ${seed}`,
    `${machine.cores} cores of ${machine.cpu}, ${machine.memoryMb} MB, ${machine.os}, Node ${machine.node}, Chromium ${machine.chromium ?? absent}`,
    ...(isRamp(report)
      ? []
      : [`set up in ${figure(setupSeconds)} s; idle CPU ${figure(modes[0]?.idleCpuPercent)} % of a core`]),
    ...steps.map((step) => `${isRamp(report) ? `${step.phones} phones: ` : ""}${verdictOf(step)}`),
    ...modes.flatMap(({ mode, phases = [] }) =>
      phases.map(
        ({ name, oneWayMs }) =>
          `${mode}, ${name}: gesture ${delay(oneWayMs.gesture)} ms, sample ${delay(oneWayMs.sample)} ms`,
      ),
    ),
  ];
  if (steps.some(({ isPartial }) => isPartial)) lines.push("stopped before its end");
  if (isRamp(report) && report.benchLimitAtPhones !== null)
    lines.push(`from ${report.benchLimitAtPhones} phones on the bench, not the product, is the limit`);
  return lines;
};

export const markdownTable = ([header = [], ...rows]: readonly Cells[]): string =>
  [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

export const markdownOf = (report: RunReport | RampReport): string =>
  [
    linesAround(report)
      .map((line) => `- ${line}`)
      .join("\n"),
    markdownTable(tableOf(report)),
  ].join("\n\n");

/** Each mode as a block: ten columns of delays fit no terminal. */
export const textOf = (report: RunReport | RampReport): string => {
  const [header = [], ...rows] = tableOf(report);
  const width = Math.max(...header.map(({ length }) => length));
  const blocks = rows.map((cells) => cells.map((cell, i) => `${(header[i] ?? "").padEnd(width)}  ${cell}`).join("\n"));
  return [linesAround(report).join("\n"), ...blocks].join("\n\n");
};
