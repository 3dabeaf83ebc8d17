// A recording as a file, CSV or JSON, with the columns that it was recorded with: docs/statistics.md. The rows are
// written chunk by chunk, and what stands before them last, because only then is it known what of the recording was
// still there.
import type { PackedCell, PackedRow } from "./recording-chunks.ts";
import type { RecordingContext } from "./recording-context.ts";

/** What stands before the rows. */
export interface RecordingAbout {
  readonly schema: string;
  readonly columns: readonly string[];
  readonly context: ExportedContext;
}

export interface ExportedContext extends RecordingContext {
  /** First and last of each run of chunks that could not be read, counted from 0; a chunk has about ten seconds. */
  readonly missingChunks: readonly (readonly [first: number, last: number])[];
}

/** The text of a file: `head`, then all of `rows`, then `end`. */
export interface RecordingFile {
  readonly type: string;
  head(about: RecordingAbout): string;
  /** As many parts as chunks at most; each row has all its cells. */
  rows(chunks: AsyncIterable<readonly PackedRow[]>): AsyncGenerator<string>;
  readonly end: string;
}

/** One object with schema, context, columns, and the rows as arrays of cells. */
export const jsonFile: RecordingFile = {
  type: "application/json",
  head: ({ schema, context, columns }) =>
    `{"schema":${JSON.stringify(schema)},\n"context":${JSON.stringify(context)},\n` +
    `"columns":${JSON.stringify(columns)},\n"rows":[`,
  async *rows(chunks) {
    let separator = "\n";
    for await (const rows of chunks) {
      if (rows.length === 0) continue;
      yield separator + rows.map((row) => JSON.stringify(row)).join(",\n");
      separator = ",\n";
    }
  },
  end: "\n]}\n",
};

/** RFC 4180: the context in lines of one cell that begins with `#`, one line of column names, one for each row. */
export const csvFile: RecordingFile = {
  type: "text/csv",
  head: ({ schema, context, columns }) => {
    const about = Object.entries({ schema, ...context });
    return about.map(([key, value]) => csvLine([`# ${key}: ${JSON.stringify(value)}`])).join("") + csvLine(columns);
  },
  async *rows(chunks) {
    for await (const rows of chunks) yield rows.map(csvLine).join("");
  },
  end: "",
};

const csvLine = (cells: readonly PackedCell[]): string => `${cells.map(csvCell).join(",")}\r\n`;

const csvCell = (cell: PackedCell): string => {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // A spreadsheet takes such a text for a formula, and names come from strangers (OWASP, "CSV Injection").
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
};
