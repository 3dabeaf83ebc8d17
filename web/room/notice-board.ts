// What a person should know or do now. One notice for each code, which names all that it is about. Invariant: a notice
// stays until the person dismisses it or its cause is gone; nothing that happens meanwhile, and nobody else, can make
// it go. Bounded by the number of codes and of subjects.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Notice } from "../ui/app-model.ts";
import type { ErrorCode } from "../ui/errors.ts";

/** Subjects of one notice; nobody reads more at once. Those beyond are counted. */
export const maxSubjects = 8;
/** Of these, how many one peer may fill, so that it cannot take the places of all others. */
export const maxSubjectsOfPeer = 2;

interface Subject {
  readonly text: string;
  /** Gateway id of the peer by whose doing it is there; undefined: this page's own. */
  readonly from: string | undefined;
}

export class NoticeBoard {
  readonly #notices = signal<readonly Notice[]>([]);
  readonly #subjects = new Map<ErrorCode, readonly Subject[]>();
  #nextId = 1;

  get notices(): ReadonlySignal<readonly Notice[]> {
    return this.#notices;
  }

  /** @param from gateway id of the peer by whose doing the subject is there. */
  raise(code: ErrorCode, subject?: string, from?: string): void {
    const notices = this.#notices.value;
    const known = notices.find((notice) => notice.code === code);
    const subjects = known === undefined ? [] : (this.#subjects.get(code) ?? []);
    const isSaid = subject === undefined || subjects.some(({ text }) => text === subject);
    if (known !== undefined && isSaid) return;
    const hasPlace =
      subjects.length < maxSubjects && (from === undefined || countOf(subjects, from) < maxSubjectsOfPeer);
    const isCounted = !isSaid && !hasPlace;
    const all = isSaid || isCounted ? subjects : [...subjects, { text: subject, from }];
    this.#subjects.set(code, all);
    const notice: Notice = {
      id: known?.id ?? this.#nextId++,
      code,
      subjects: all.map(({ text }) => text),
      moreSubjects: (known?.moreSubjects ?? 0) + (isCounted ? 1 : 0),
    };
    this.#notices.value =
      known === undefined ? [...notices, notice] : notices.map((other) => (other === known ? notice : other));
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

const countOf = (subjects: readonly Subject[], from: string): number =>
  subjects.filter((subject) => subject.from === from).length;
