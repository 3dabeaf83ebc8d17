// How long the tests wait, in one place. A limit costs nothing when its condition becomes true soon, so these limits
// are generous enough for a machine that does five other things at once. A test that expects something to be quick says
// so with a figure of its own, and not with the limit of a wait.

/**
 * For any condition. Most need a moment; some need a few timers of the product, of which the longest takes half a
 * minute.
 */
export const patienceMs = 120_000;

/** For a whole test, which waits for several conditions. */
export const testTimeoutMs = 300_000;

/** Until a process is ready: it loads TypeScript for seconds, and a browser makes a new profile for as long again. */
export const startTimeoutMs = 120_000;
