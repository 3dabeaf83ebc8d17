// What a person should know or do now. One notice per code and subject, however often it happens; bounded.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Notice } from "../ui/app-model.ts";
import type { ErrorCode } from "../ui/errors.ts";

/** More at once than anybody reads; the oldest makes room. */
const maxNotices = 5;

export class NoticeBoard {
  readonly #notices = signal<readonly Notice[]>([]);
  #nextId = 1;

  get notices(): ReadonlySignal<readonly Notice[]> {
    return this.#notices;
  }

  raise(code: ErrorCode, subject?: string): void {
    if (this.#notices.value.some((notice) => notice.code === code && notice.subject === subject)) return;
    this.#notices.value = [...this.#notices.value, { id: this.#nextId++, code, subject }].slice(-maxNotices);
  }

  /** The cause is gone. */
  clear(code: ErrorCode): void {
    this.#keep((notice) => notice.code !== code);
  }

  dismiss(id: number): void {
    this.#keep((notice) => notice.id !== id);
  }

  #keep(isKept: (notice: Notice) => boolean): void {
    if (!this.#notices.value.every(isKept)) this.#notices.value = this.#notices.value.filter(isKept);
  }
}
