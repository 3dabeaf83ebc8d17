// Reads the files that gateway/recording/recording.ts writes, by docs/statistics.md and RFC 4180 alone: it shares no
// code with the writer.

export type ReadRow = Readonly<Record<string, string | number | undefined>>;

export interface ReadRecording {
  readonly schema: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly columns: readonly string[];
  readonly rows: readonly ReadRow[];
}

/**
 * Columns of text, which may be empty, and those of text or nothing; all others have numbers or nothing.
 */
const textColumns: ReadonlySet<string> = new Set(["rowKind", "gatewayId", "name", "state"]);
const optionalTextColumns: ReadonlySet<string> = new Set(["cpuPressure", "origin"]);

const rowOf = (columns: readonly string[], cells: readonly (string | number | undefined)[]): ReadRow => {
  if (cells.length !== columns.length) throw new Error(`${cells.length} cells under ${columns.length} columns`);
  return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
};

export const readJsonRecording = (text: string): ReadRecording => {
  const { schema, context, columns, rows } = JSON.parse(text);
  return {
    schema,
    context,
    columns,
    rows: rows.map((cells: readonly (string | number | null)[]) =>
      rowOf(
        columns,
        cells.map((cell) => cell ?? undefined),
      ),
    ),
  };
};

export const readCsvRecording = (text: string): ReadRecording => {
  const lines = csvCells(text);
  const about = lines.filter(([first = ""]) => first.startsWith("# "));
  const [columns = [], ...rows] = lines.slice(about.length);
  const { schema, ...context } = Object.fromEntries(
    about.map(([line = ""]) => {
      const [, key = "", value = ""] = /^# (\w+): (.*)$/s.exec(line) ?? [];
      return [key, JSON.parse(value)];
    }),
  );
  return {
    schema,
    context,
    columns,
    rows: rows.map((cells) =>
      rowOf(
        columns,
        cells.map((cell, i) => readCell(cell, columns[i] ?? "")),
      ),
    ),
  };
};

const readCell = (cell: string, column: string): string | number | undefined => {
  if (textColumns.has(column)) return cell;
  if (cell === "") return undefined;
  if (optionalTextColumns.has(column)) return cell;
  const number = Number(cell);
  if (!Number.isFinite(number)) throw new Error(`${column} is "${cell}"`);
  return number;
};

/** RFC 4180 §2. */
const csvCells = (text: string): string[][] => {
  const lines: string[][] = [];
  let cells: string[] = [];
  for (let at = 0; at < text.length; ) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) throw new Error("a quote that is not closed");
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else while (at < text.length && text[at] !== "," && text[at] !== "\r") cell += text[at++];
    cells.push(cell);
    if (text[at] === ",") at++;
    else if (text.startsWith("\r\n", at)) {
      lines.push(cells);
      cells = [];
      at += 2;
    } else throw new Error(`neither comma nor line end at ${at}`);
  }
  return lines;
};
