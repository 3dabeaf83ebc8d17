// What the microbenchmark finds, as docs/measurements/micro.json holds it.
export interface MicroCase {
  readonly name: string;
  readonly usPerRecord: number;
  /** Allocated on the heap for each record. */
  readonly bytesPerRecord: number;
}

export interface MicroReport {
  readonly node: string;
  readonly cpu: string;
  readonly cases: readonly MicroCase[];
}
