// Property-based fuzzing with a count: a decoder is given inputs without end, and whatever they are, it answers in the
// documented way, in bounded time, and never throws. A failure is shrunk by fast-check and reported with the seed that
// finds it again.
import fc from "fast-check";
import { tell } from "./case-table.ts";
import { sized } from "./run-length.ts";

/** What fast-check makes by chance, beside the corpus. */
export const casesOfEach = sized({ short: 2_000, long: 100_000 });

/**
 * Time of the processor, not of the clock, which goes on while others have the processor. A collection of garbage may
 * fall into any case, so a single one may take long; the one in the middle cannot. What grows faster than its input is
 * found by tests/attacks/decoder-growth.test.ts.
 */
const maxCaseMs = 1_000;
/**
 * Half of all cases are faster. What any decoder here needs, with the gateway that takes in what it reads, is a tenth
 * of it.
 */
const maxMedianMs = 10;

export interface Fuzzed<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  readonly corpus?: readonly Input[];
  /**
   * Decodes, and checks what comes out. @throws when it is not as documented; whatever the decoder throws counts, too.
   */
  readonly check: (input: Input) => unknown;
}

type Task = Parameters<typeof tell>[0];

export const fuzz = async <Input>(task: Task, { inputs, corpus = [], check }: Fuzzed<Input>): Promise<void> => {
  const tookMs: number[] = [];
  const one = async (input: Input): Promise<void> => {
    const before = process.cpuUsage();
    const outcome = check(input);
    if (outcome instanceof Promise) await outcome;
    const { user, system } = process.cpuUsage(before);
    const ms = (user + system) / 1000;
    tookMs.push(ms);
    if (ms > maxCaseMs) throw new Error(`took ${ms} ms`);
  };
  for (const input of corpus) await one(input);
  await fc.assert(fc.asyncProperty(inputs, one), { numRuns: casesOfEach });
  tookMs.sort((a, b) => a - b);
  const medianMs = tookMs[tookMs.length >> 1] ?? 0;
  const slowestMs = tookMs.at(-1) ?? 0;
  tell(task, {
    tried: `${tookMs.length} inputs`,
    "got in": "0 crashes",
    "median CPU ms": medianMs.toFixed(2),
    "slowest CPU ms": Math.ceil(slowestMs),
  });
  if (medianMs > maxMedianMs) throw new Error(`half of the cases take more than ${maxMedianMs} ms`);
};
