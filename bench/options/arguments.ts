// The bench's command line: this file alone defines the options, their defaults and how they are checked.
import { accessSync, constants, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { maxPayloadBytes } from "../../gateway/wire/frame-types.ts";
import { defaultWindowMs, windowRangeMs } from "../../gateway/wire/record.ts";
import { markBytes } from "../load/payload.ts";
import { noServiceTime, type ServiceTime } from "../load/service-time.ts";
import { type Distribution, distributions, type Load, type Phase, phases } from "../load/workload.ts";
import { type ModeName, modeNames } from "../modes/modes.ts";
import { BadArgument } from "./bad-argument.ts";
import { type ScenarioName, scenarioNames, scenarios } from "./scenarios.ts";
import { readTrace } from "./trace-file.ts";

export const browserChoices = ["all", "one", "none"] as const;
export type BrowserChoice = (typeof browserChoices)[number];

/** A mode as it will run; several modes may have one name and different windows. */
export interface ModeRun {
  /** As the person typed it, such as `earl-mesh` or `earl-mesh@100`. */
  readonly label: string;
  readonly name: ModeName;
  readonly windowMs: number;
}

export type Output = { readonly kind: "json" | "markdown" | "text" } | { readonly kind: "plot"; readonly path: string };

export interface BenchArguments {
  readonly scenario: ScenarioName;
  /** Steps of a ramp, or one. */
  readonly phones: readonly number[];
  readonly isRamp: boolean;
  readonly probes: number;
  readonly seconds: number;
  readonly sliceSeconds: number;
  /** How long after its slice a message may still arrive and count. */
  readonly graceMs: number;
  readonly modes: readonly ModeRun[];
  readonly load: Load;
  readonly service: ServiceTime;
  readonly browsers: BrowserChoice;
  readonly workers: number;
  readonly hasFigures: boolean;
  readonly outputs: readonly Output[];
}

/** A gateway has so many peers at most (gateway/peers/peer-book.ts), and a room with a receiver has one more. */
const maxPhones = 60;
const maxProbes = 16;
const maxSeconds = 24 * 3600;
const maxRate = 100;
const maxWorkers = 8;
/** Longer than the longest window: at most a second's traffic is under way. */
const usualGraceMs = 800;

const optionTexts = {
  phones: ["<n>", "phones, 1 to 60"],
  ramp: ["<a..b..step>", "phones from a to b, one run each"],
  probes: ["<n>", "probes of each phone, 1 to 16 (mesh, join, soak, floor)"],
  hz: ["<f>", "samples a second of each probe"],
  bytes: ["<n>", `payload of a sample, ${markBytes} to ${maxPayloadBytes}`],
  seconds: ["<s>", "load of each mode, in all its slices"],
  slice: ["<s>", "length of a slice; the modes take turns"],
  grace: ["<ms>", "how long after its slice and window a message may still arrive and count (800)"],
  modes: ["<list>", `of ${modeNames.join(", ")}, with commas; a window of its own after @: earl-mesh@100`],
  window: ["<ms>", `the product's window, 0 to ${windowRangeMs.most} (${defaultWindowMs})`],
  seed: ["<n>", "seed of all random choices (1)"],
  distribution: [distributions.join("|"), "distribution of the time between samples of one probe (constant)"],
  phase: [phases.join("|"), "whether all probes begin at the same moment (random)"],
  gestures: ["<n>", "gestures a minute from each phone, in bursts of three"],
  trace: ["<file.csv>", "the load: time,phone,probe,kind,bytes"],
  service: ["<constant|exponential:ms:sleep|busy>", "what a device needs to carry out a write (none)"],
  browsers: [browserChoices.join("|"), "phones that are Chromium pages; the others are native (one)"],
  workers: ["<n>", "processes of native phones (2)"],
  figures: ["on|off", "whether pages measure themselves, as the product's page does (on)"],
  json: [undefined, "the report as JSON on stdout"],
  markdown: [undefined, "the report as Markdown on stdout"],
  plot: ["<out.svg>", "a chart of the report"],
  help: [undefined, "this text"],
} as const satisfies Readonly<Record<string, readonly [string | undefined, string]>>;

type OptionName = keyof typeof optionTexts;

export const helpText = (): string => {
  const rows = (Object.keys(optionTexts) as OptionName[]).map((name) => {
    const [value, help] = optionTexts[name];
    return [`--${name}${value === undefined ? "" : ` ${value}`}`, help] as const;
  });
  return [
    "npm run -s bench -- <scenario> [options]",
    "",
    ...scenarioNames.map((name) => `  ${name.padEnd(10)}${scenarios[name].asks}`),
    "",
    ...rows.map(([option, help]) => `  ${option.padEnd(48)}${help}`),
    "",
    "docs/bench.md says what each figure means.",
  ].join("\n");
};

/** Undefined when the person asks for help. @throws BadArgument with one line. */
export const readArguments = (args: readonly string[]): BenchArguments | undefined => {
  const { values, positionals } = parse(args);
  if (values.has("help")) return undefined;
  const [given, ...more] = positionals;
  const scenario = oneOf("scenario", scenarioNames, given ?? "");
  if (more.length > 0) throw new BadArgument(`${more[0]}: one scenario at a time`);
  const { defaults } = scenarios[scenario];
  const text = (name: OptionName): string | undefined => values.get(name);
  const number = (name: OptionName, initial: number, range: Range): number => {
    const value = text(name);
    return value === undefined ? initial : numberIn(name, value, range);
  };
  const windowMs = number("window", defaultWindowMs, { least: windowRangeMs.least, most: windowRangeMs.most });
  const seconds = number("seconds", defaults.seconds, { least: 0.5, most: maxSeconds });
  const ramp = text("ramp");
  if (ramp !== undefined && text("phones") !== undefined)
    throw new BadArgument("--phones and --ramp: give one of them");
  const phoneRange = { least: scenarios[scenario].cast.kind === "mesh" ? 2 : 1, most: maxPhones, isWhole: true };
  const probes = number("probes", defaults.probes, { least: 1, most: maxProbes, isWhole: true });
  const trace = text("trace");
  return {
    scenario,
    isRamp: ramp !== undefined,
    phones: ramp === undefined ? [number("phones", defaults.phones, phoneRange)] : rampOf(ramp, phoneRange),
    probes,
    seconds,
    sliceSeconds: Math.min(seconds, number("slice", defaults.sliceSeconds, { least: 0.5, most: maxSeconds })),
    graceMs: number("grace", usualGraceMs, { least: 0, most: 60_000 }),
    modes: modesOf(text("modes") ?? defaults.modes.join(","), windowMs),
    load: {
      seed: number("seed", 1, { least: 0, most: 2 ** 31, isWhole: true }),
      hz: number("hz", defaults.hz, { least: 0, most: maxRate }),
      bytes: number("bytes", defaults.bytes, { least: markBytes, most: maxPayloadBytes, isWhole: true }),
      distribution: oneOf<Distribution>("--distribution", distributions, text("distribution") ?? "constant"),
      phase: oneOf<Phase>("--phase", phases, text("phase") ?? "random"),
      gesturesPerMinute: number("gestures", defaults.gesturesPerMinute, { least: 0, most: 600 }),
      ...(trace !== undefined && { trace: traceOf(trace, probes) }),
    },
    service: serviceOf(text("service")),
    browsers: oneOf<BrowserChoice>("--browsers", browserChoices, text("browsers") ?? "one"),
    workers: number("workers", 2, { least: 1, most: maxWorkers, isWhole: true }),
    hasFigures: oneOf("--figures", ["on", "off"] as const, text("figures") ?? "on") === "on",
    outputs: outputsOf(values),
  };
};

interface Parsed {
  readonly values: ReadonlyMap<OptionName, string>;
  readonly positionals: readonly string[];
}

const isOption = (name: string): name is OptionName => Object.hasOwn(optionTexts, name);
const isSwitch = (name: OptionName): boolean => optionTexts[name][0] === undefined;

const parse = (args: readonly string[]): Parsed => {
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      (Object.keys(optionTexts) as OptionName[]).map((name) => [
        name,
        { type: isSwitch(name) ? "boolean" : "string" } as const,
      ]),
    ),
    strict: false, // The messages are ours: one line each.
    allowPositionals: true,
    tokens: true,
  });
  const values = new Map<OptionName, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    if (!isOption(token.name)) throw new BadArgument(`${token.rawName}: no such option; see --help`);
    if (isSwitch(token.name) && token.value !== undefined) throw new BadArgument(`${token.rawName}: takes no value`);
    if (!isSwitch(token.name) && token.value === undefined) throw new BadArgument(`${token.rawName}: needs a value`);
    values.set(token.name, token.value ?? "");
  }
  return { values, positionals };
};

interface Range {
  readonly least: number;
  readonly most: number;
  readonly isWhole?: boolean;
}

const numberIn = (name: string, value: string, { least, most, isWhole = false }: Range): number => {
  const number = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most) || (isWhole && !Number.isInteger(number))) {
    throw new BadArgument(
      `--${name} ${JSON.stringify(value)}: must be ${isWhole ? "a whole number, " : ""}${least} to ${most}`,
    );
  }
  return number;
};

const oneOf = <T extends string>(name: string, choices: readonly T[], value: string): T => {
  const choice = choices.find((known) => known === value);
  if (choice !== undefined) return choice;
  throw new BadArgument(`${name} ${JSON.stringify(value)}: must be one of ${choices.join(", ")}`);
};

const rampOf = (value: string, range: Range): readonly number[] => {
  const parts = value.split("..");
  const [first, last, step] = parts.map((part) => numberIn("ramp", part, { ...range, least: 1 }));
  if (parts.length !== 3 || first === undefined || last === undefined || step === undefined || last < first) {
    throw new BadArgument(`--ramp ${JSON.stringify(value)}: must be from..to..step, such as 5..50..5`);
  }
  if (first < range.least)
    throw new BadArgument(`--ramp ${JSON.stringify(value)}: must begin at ${range.least} or more`);
  const steps: number[] = [];
  for (let phones = first; phones < last; phones += step) steps.push(phones);
  return [...steps, last];
};

const modesOf = (value: string, windowMs: number): readonly ModeRun[] => {
  const modes = value.split(",").map((label): ModeRun => {
    const [name = "", window] = label.split("@");
    return {
      label,
      name: oneOf<ModeName>("--modes", modeNames, name),
      windowMs: window === undefined ? windowMs : numberIn("modes", window, windowRangeMs),
    };
  });
  if (new Set(modes.map(({ label }) => label)).size < modes.length)
    throw new BadArgument(`--modes ${JSON.stringify(value)}: one twice`);
  return modes;
};

const serviceOf = (value: string | undefined): ServiceTime => {
  if (value === undefined) return noServiceTime;
  const [distribution, ms = "", by] = value.split(":");
  const isGood = (distribution === "constant" || distribution === "exponential") && (by === "sleep" || by === "busy");
  if (!isGood || !/^\d+(\.\d+)?$/.test(ms) || Number(ms) > 10_000) {
    throw new BadArgument(`--service ${JSON.stringify(value)}: must be such as constant:5:sleep or exponential:2:busy`);
  }
  return { distribution, meanMs: Number(ms), by };
};

const traceOf = (path: string, probes: number): Load["trace"] => {
  try {
    const trace = readTrace(readFileSync(path, "utf8"));
    const beyond = trace.find(({ probe }) => probe > probes);
    if (beyond !== undefined) throw new BadArgument(`has a probe ${beyond.probe}, but --probes is ${probes}`);
    return trace;
  } catch (error) {
    const why = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new BadArgument(`--trace ${JSON.stringify(path)}: ${why}`);
  }
};

const isWritable = (folder: string): boolean => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false; // It is not there, or not ours.
  }
};

const outputsOf = (values: ReadonlyMap<OptionName, string>): readonly Output[] => {
  const outputs: Output[] = [];
  if (values.has("json")) outputs.push({ kind: "json" });
  if (values.has("markdown")) outputs.push({ kind: "markdown" });
  if (outputs.length > 1) throw new BadArgument("--json and --markdown: give one of them");
  const path = values.get("plot");
  if (path !== undefined) outputs.push({ kind: "plot", path });
  if (path === "") throw new BadArgument("--plot: needs a file");
  if (path !== undefined && !isWritable(dirname(path)))
    throw new BadArgument(`--plot ${JSON.stringify(path)}: cannot be written there`);
  if (outputs.every(({ kind }) => kind === "plot")) outputs.push({ kind: "text" });
  return outputs;
};
