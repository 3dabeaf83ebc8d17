// The one place that touches hdr-histogram-js: only its 32-bit histogram, 4.9 kB instead of the 60 kB of the whole
// package.
import imported from "hdr-histogram-js/dist/Int32Histogram.js";

export type Int32Histogram = InstanceType<typeof imported>;

/** The package is CommonJS: Node hands out its exports object as the default import, some bundlers the class in it. */
export const Int32Histogram: typeof imported =
  "default" in imported ? (imported as { readonly default: typeof imported }).default : imported;
