// What the bench's command line takes, and how it refuses the rest.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { helpText, readArguments } from "../../bench/options/arguments.ts";
import { BadArgument } from "../../bench/options/bad-argument.ts";
import { scenarioNames } from "../../bench/options/scenarios.ts";

const read = (line: string) => {
  const args = readArguments(line.split(" "));
  if (args === undefined) throw new Error("help was not asked for");
  return args;
};

const traceFile = (text: string): string => {
  const folder = mkdtempSync(join(tmpdir(), "earl-trace-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "trace.csv");
  writeFileSync(path, text);
  return path;
};

describe("the bench's arguments", () => {
  it("should take each scenario with its defaults", () => {
    for (const scenario of scenarioNames) expect(read(scenario).scenario).toBe(scenario);
    expect(read("mux")).toMatchObject({ phones: [49], isRamp: false, load: { hz: 4, bytes: 100 }, browsers: "one" });
  });

  it("should take all options together", () => {
    const line =
      "mesh --phones 12 --probes 3 --hz 2.5 --bytes 64 --seconds 20 --slice 5 --grace 300 --modes floor,earl-mesh@100 --window 250 --seed 7 " +
      "--distribution exponential --phase aligned --gestures 6 --service exponential:3:busy --browsers none --workers 3 --figures off --json";
    expect(read(line)).toEqual({
      scenario: "mesh",
      phones: [12],
      isRamp: false,
      probes: 3,
      seconds: 20,
      sliceSeconds: 5,
      graceMs: 300,
      modes: [
        { label: "floor", name: "floor", windowMs: 250 },
        { label: "earl-mesh@100", name: "earl-mesh", windowMs: 100 },
      ],
      load: { seed: 7, hz: 2.5, bytes: 64, distribution: "exponential", phase: "aligned", gesturesPerMinute: 6 },
      service: { distribution: "exponential", meanMs: 3, by: "busy" },
      browsers: "none",
      workers: 3,
      hasFigures: false,
      outputs: [{ kind: "json" }],
    });
  });

  it("should take a ramp with both its ends", () => {
    expect(read("mesh --ramp 5..15..5")).toMatchObject({ phones: [5, 10, 15], isRamp: true });
    expect(read("mux --ramp 5..49..20").phones).toEqual([5, 25, 45, 49]);
  });

  it("should refuse a trace with more probes than there are", () => {
    const path = traceFile("time,phone,probe,kind,bytes\n0,1,3,sample,40\n");
    expect(() => read(`mesh --probes 2 --trace ${path}`)).toThrow("probe 3");
  });

  it("should read a trace", () => {
    const path = traceFile("time,phone,probe,kind,bytes\n0,1,1,sample,40\n12.5,2,1,gesture,10\n");
    expect(read(`mesh --trace ${path}`).load.trace).toEqual([
      { atMs: 0, phone: 1, probe: 1, kind: "sample", bytes: 40 },
      { atMs: 12.5, phone: 2, probe: 1, kind: "gesture", bytes: 10 },
    ]);
  });

  it("should print a plot beside the text", () => {
    expect(read("mesh --plot out.svg").outputs).toEqual([{ kind: "plot", path: "out.svg" }, { kind: "text" }]);
  });

  it("should name every scenario and option when help is asked for", () => {
    expect(readArguments(["--help"])).toBeUndefined();
    for (const scenario of scenarioNames) expect(helpText()).toContain(scenario);
  });

  it.each([
    ["", "scenario"],
    ["party", "scenario"],
    ["mesh mux", "one scenario"],
    ["mesh --phones", "needs a value"],
    ["mesh --phones 1", "--phones"],
    ["mesh --phones 2.5", "whole number"],
    ["mesh --phones 61", "--phones"],
    ["mesh --phones 4 --ramp 5..6..1", "one of them"],
    ["mesh --ramp 5..1..1", "from..to..step"],
    ["mesh --ramp 5..9", "from..to..step"],
    ["mesh --ramp 1..9..2", "begin at 2"],
    ["mesh --hz -1", "--hz"],
    ["mesh --bytes 4", "--bytes"],
    ["mesh --window 1001", "--window"],
    ["mesh --modes fast", "--modes"],
    ["mesh --modes floor,floor", "twice"],
    ["mesh --modes earl-mesh@2000", "--modes"],
    ["mesh --service 5", "--service"],
    ["mesh --service constant:99999:sleep", "--service"],
    ["mesh --trace /nowhere.csv", "--trace"],
    ["mesh --plot /nowhere/out.svg", "--plot"],
    ["mesh --json --markdown", "one of them"],
    ["mesh --json=1", "takes no value"],
    ["mesh --fast", "no such option"],
  ])("should refuse %j with one line", (line, says) => {
    const refused = () => readArguments(line === "" ? [] : line.split(" "));
    expect(refused).toThrow(BadArgument);
    expect(refused).toThrow(says);
    expect(refused).not.toThrow(/\n/);
  });

  it.each([
    ["phone,time\n", "line 1"],
    ["time,phone,probe,kind,bytes\n", "no messages"],
    ["time,phone,probe,kind,bytes\n0,1,1,sample\n", "line 2"],
    ["time,phone,probe,kind,bytes\n0,1,1,sample,40\n0,1,1,shout,40\n", "line 3: kind"],
    ["time,phone,probe,kind,bytes\n-1,1,1,sample,40\n", "time"],
    ["time,phone,probe,kind,bytes\n0,0,1,sample,40\n", "phone"],
    ["time,phone,probe,kind,bytes\n0,1,17,sample,40\n", "probe"],
    ["time,phone,probe,kind,bytes\n0,1,1,sample,5000\n", "bytes"],
  ])("should refuse the trace %j", (text, says) => {
    const path = traceFile(text);
    expect(() => readArguments(["mesh", "--trace", path])).toThrow(BadArgument);
    expect(() => readArguments(["mesh", "--trace", path])).toThrow(says);
  });
});
