// How long the tests wait, in one place. A limit costs nothing where a condition comes soon, so these have room for a machine that does five other things
// at once; what is expected to be quick is expected in figures of its own, never by how long somebody waits for it.

/** For any condition: for most of them a moment is enough, for some a few timers of the product, the longest of which are half a minute. */
export const patienceMs = 120_000;

/** For a whole test, which waits for several. */
export const testTimeoutMs = 300_000;

/** For a process to be ready: loading TypeScript takes seconds, and a fresh profile of a browser as many again. */
export const startTimeoutMs = 120_000;
