// What a recording says of itself beside its rows, as plain data: types only. The page fills them, recording-file.ts
// writes them down.

/** One life of the page in a recording: since the start, a reload, or a change of the room's key. */
export interface RecordingSession {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly gatewayName: string;
  readonly browser: string;
  /** With the browser, this shows how exact the page's clock is: docs/statistics.md, "Time". */
  readonly isCrossOriginIsolated: boolean;
  /**
   * How long samples and status were held back to share a packet when it began; the column of that name has what became
   * of it.
   */
  readonly windowMs: number;
}

/** What is needed to repeat a recording. */
export interface RecordingContext {
  /** ISO 8601, by the wall clock. */
  readonly startedAt: string;
  readonly intervalMs: number;
  /** With when they began, since the recording did. */
  readonly sessions: readonly (RecordingSession & { readonly elapsedMs: number })[];
}
