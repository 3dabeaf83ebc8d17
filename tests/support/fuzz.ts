// Property-based fuzzing with a count: a decoder is given inputs without end, and whatever they are, it answers in the documented way, in bounded time,
// and never throws. A failure is shrunk by fast-check and told with the seed that finds it again.
import fc from "fast-check";
import { tell } from "./case-table.ts";
import { sized } from "./run-length.ts";

/** What fast-check makes by chance, beside the corpus. */
export const casesOfEach = sized({ short: 2_000, long: 100_000 });

/**
 * Of the processor, not of the clock, which goes on while others have the processor. Ten thousand times what any decoder here needs, for a collection of
 * garbage may fall into any case: it is there to find what grows beyond all measure.
 */
const maxCaseMs = 5_000;

export interface Fuzzed<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  readonly corpus?: readonly Input[];
  /** Decodes, and checks what comes out. @throws when it is not as documented; whatever the decoder throws counts, too. */
  readonly check: (input: Input) => unknown;
}

type Task = Parameters<typeof tell>[0];

export const fuzz = async <Input>(task: Task, { inputs, corpus = [], check }: Fuzzed<Input>): Promise<void> => {
  let cases = 0;
  let slowestMs = 0;
  const one = async (input: Input): Promise<void> => {
    const before = process.cpuUsage();
    const outcome = check(input);
    if (outcome instanceof Promise) await outcome;
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, tookMs);
    cases++;
    if (tookMs > maxCaseMs) throw new Error(`took ${tookMs} ms`);
  };
  for (const input of corpus) await one(input);
  await fc.assert(fc.asyncProperty(inputs, one), { numRuns: casesOfEach });
  tell(task, { tried: `${cases} inputs`, "got in": "0 crashes", "slowest CPU ms": Math.ceil(slowestMs) });
};
