// A recorded load as CSV with the header `time,phone,probe,kind,bytes`: ms from the beginning, phones and probes from
// 1, kind "sample" or "gesture". A wrong line is named in the error; nothing is guessed.

import { maxPayloadBytes } from "../../gateway/wire/frame-types.ts";
import type { TraceEvent } from "../load/workload.ts";
import { BadArgument } from "./bad-argument.ts";

const header = "time,phone,probe,kind,bytes";
/** An hour of fifty phones with four probes at 4 Hz is 2.9 million; a bigger file is not one run. */
const maxTraceLines = 3_000_000;
const maxTracePhones = 64;
const maxTraceProbes = 16;

/** @throws BadArgument that names the line. */
export const readTrace = (text: string): readonly TraceEvent[] => {
  const [first, ...lines] = text.trimEnd().split(/\r?\n/);
  if (first?.replaceAll(" ", "") !== header) throw new BadArgument(`line 1 must be ${header}`);
  if (lines.length === 0) throw new BadArgument("no messages in it");
  if (lines.length > maxTraceLines) throw new BadArgument(`more than ${maxTraceLines} messages`);
  return lines.map((line, i) => readLine(line, i + 2));
};

const readLine = (line: string, number: number): TraceEvent => {
  const cells = line.split(",").map((cell) => cell.trim());
  const [time = "", phone = "", probe = "", kind = "", bytes = ""] = cells;
  const wrong = (what: string): BadArgument => new BadArgument(`line ${number}: ${what}`);
  if (cells.length !== 5) throw wrong("must have five cells");
  if (!/^\d+(\.\d+)?$/.test(time)) throw wrong(`time must be ms, not ${JSON.stringify(time)}`);
  if (kind !== "sample" && kind !== "gesture")
    throw wrong(`kind must be sample or gesture, not ${JSON.stringify(kind)}`);
  const whole = (name: string, cell: string, most: number): number => {
    if (!/^\d+$/.test(cell) || Number(cell) < 1 || Number(cell) > most) throw wrong(`${name} must be 1 to ${most}`);
    return Number(cell);
  };
  return {
    atMs: Number(time),
    phone: whole("phone", phone, maxTracePhones),
    probe: whole("probe", probe, maxTraceProbes),
    kind,
    bytes: whole("bytes", bytes, maxPayloadBytes),
  };
};
