// The results of the microbenchmark, in the form of docs/measurements/micro.json.
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
