// Rows of a recording as text that is stored, a chunk of some seconds at a time. Most cells of a row are what they were
// a second before, so a row holds only what has changed since the last of its kind in this chunk. Every chunk can be
// read without the others, and may be anything when it is.
//
// A line is a JSON array: how many lines above stands the row that it goes on from (0: none, all its cells are absent),
// then the cells; `[n]` stands for n cells that are as in that row, and what is left out at the end is so too.
import { type Cell, type Column, type RecordingRow, recordingColumns, textColumns } from "./recording-columns.ts";

export type PackedCell = string | number | null;
/** With a cell for every column. */
export type PackedRow = readonly PackedCell[];

/** The mean size of a row of a busy room; a test compares the rows with this. */
export const rowBytesBudget = 480;

/** Every row ends its line, so that chunks can be joined. */
export const packRows = (rows: readonly RecordingRow[]): string => {
  const packed = rows.map((row): PackedRow => recordingColumns.map((column) => packCell(row[column])));
  /** By what they tell of. */
  const places = new Map<string, number>();
  return packed
    .map((cells, place) => {
      const { rowKind, gatewayId, epoch, probeIndex } = rows[place] ?? {};
      const subject = [rowKind, gatewayId, epoch, probeIndex].join(" ");
      const before = places.get(subject) ?? place;
      places.set(subject, place);
      return `${JSON.stringify([place - before, ...changes(cells, before === place ? undefined : packed[before])])}\n`;
    })
    .join("");
};

const changes = (
  cells: PackedRow,
  before: PackedRow | undefined,
): readonly (PackedCell | readonly [same: number])[] => {
  const items: (PackedCell | readonly [same: number])[] = [];
  let same = 0;
  for (const [i, cell] of cells.entries()) {
    if (cell === (before?.[i] ?? null)) same++;
    else {
      if (same > 0) items.push([same]);
      items.push(cell);
      same = 0;
    }
  }
  return items;
};

/**
 * A thousandth of each unit is finer than any clock here. What is no finite number becomes null, as what is absent
 * does.
 */
const packCell = (cell: Cell): PackedCell => {
  if (typeof cell !== "number") return cell ?? null;
  return Number.isFinite(cell) ? Math.round(cell * 1000) / 1000 : null;
};

/** The rows of a chunk that comes back from storage; undefined when it is none. */
export const unpackRows = (text: string, columns: readonly string[]): readonly PackedRow[] | undefined => {
  const nothing: PackedRow = new Array<null>(columns.length).fill(null);
  const rows: PackedRow[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const items = parse(line);
    if (!Array.isArray(items)) return undefined;
    const [back, ...changed]: readonly unknown[] = items;
    const before = back === 0 ? nothing : rows[rows.length - Number(back)];
    const row = before && unpackRow(changed, before, columns);
    if (row === undefined) return undefined;
    rows.push(row);
  }
  return rows;
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const unpackRow = (
  changed: readonly unknown[],
  before: PackedRow,
  columns: readonly string[],
): PackedRow | undefined => {
  const cells: PackedCell[] = [];
  for (const item of changed) {
    const column = columns[cells.length];
    if (Array.isArray(item)) {
      const same = Number(item[0]);
      if (!(same > 0 && same <= before.length - cells.length)) return undefined;
      cells.push(...before.slice(cells.length, cells.length + same));
    } else if (column !== undefined && isCellOf(column, item)) cells.push(item);
    else return undefined;
  }
  return [...cells, ...before.slice(cells.length)];
};

const knownColumns: ReadonlySet<string> = new Set<Column>(recordingColumns);

/** Columns of another version may hold either. */
const isCellOf = (column: string, cell: unknown): cell is PackedCell => {
  if (cell === null) return true;
  if (typeof cell === "number") return Number.isFinite(cell) && !textColumns.has(column);
  return typeof cell === "string" && (textColumns.has(column) || !knownColumns.has(column));
};
