// Hands a recording out as a file: one at a time, with how far it is, until it is cancelled. A shift has hundreds of
// megabytes, which take a phone half a minute.
// Neighbours: recorder.ts makes the file, the panel shows how far it is.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Now } from "../../gateway/basics/runtime.ts";
import type { ExportFormat, ExportView } from "../panel/panel-model.ts";
import type { Recorder } from "./recorder.ts";

export interface RecordingExportOptions {
  /** Milliseconds of the wall clock. */
  readonly wallNow: Now;
  readonly recorder: Pick<Recorder, "file" | "view">;
  /** Hands a file to the person. */
  readonly save: (name: string, file: Blob) => void;
}

export class RecordingExport {
  readonly #options: RecordingExportOptions;
  readonly #view = signal<ExportView>({ kind: "idle" });
  #running: AbortController | undefined;

  constructor(options: RecordingExportOptions) {
    this.#options = options;
  }

  get view(): ReadonlySignal<ExportView> {
    return this.#view;
  }

  /** Whether this call handed out a file: not while another makes one, and not when it was cancelled or failed. */
  async run(format: ExportFormat): Promise<boolean> {
    if (this.#running !== undefined) return false;
    const running = new AbortController();
    this.#running = running;
    this.#view.value = { kind: "running", format, percent: 0 };
    const file = await this.#file(format, running.signal);
    this.#running = undefined;
    if (running.signal.aborted) {
      this.#view.value = { kind: "idle" };
      return false;
    }
    this.#view.value = { kind: file === undefined ? "failed" : "idle" };
    if (file !== undefined) this.#options.save(this.#nameOf(format), file);
    return file !== undefined;
  }

  cancel(): void {
    this.#running?.abort();
  }

  async #file(format: ExportFormat, signal: AbortSignal): Promise<Blob | undefined> {
    try {
      return await this.#options.recorder.file(format, {
        signal,
        onShare: (share) => {
          const percent = Math.floor(share * 100);
          const { value } = this.#view;
          if (value.kind === "running" && value.percent !== percent) this.#view.value = { ...value, percent };
        },
      });
    } catch {
      return undefined; // A browser that has no room for the file; the person reads so, and may try the other format.
    }
  }

  #nameOf(format: ExportFormat): string {
    const { wallNow, recorder } = this.#options;
    const startedAtMs = recorder.view.value.kind === "none" ? wallNow() : recorder.view.value.startedAtMs;
    return `earl-mesh ${new Date(startedAtMs).toISOString().slice(0, 19).replaceAll(":", "-")}.${format}`;
  }
}
