// How long a run is: `npm test` keeps every suite short; `npm run test:attacks -- --long` and its like take the time
// that the question needs.
export const longRunVariable = "EARL_MESH_LONG";

export const isLongRun = process.env[longRunVariable] === "1";

/** One of two sizes of the same case. */
export const sized = <T>({ short, long }: { readonly short: T; readonly long: T }): T => (isLongRun ? long : short);
