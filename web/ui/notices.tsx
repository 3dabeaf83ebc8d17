// What a person should know now, over the page until they dismiss it: the problem and what to do. Screen readers read
// at once what stops or endangers a person, and the rest when they have time.

import type { Notice } from "./app-model.ts";
import { type ErrorCode, errorTexts } from "./errors.ts";
import { RemoveGlyph } from "./glyphs.tsx";
import type { AppProps } from "./props.ts";

/** More would hide the page. When one is dismissed, the oldest of the others takes its place. */
const maxShown = 2;

const problemCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "bad-invite",
  "bluetooth-off",
  "bluetooth-refused",
  "connection-not-safe",
  "insecure-context",
  "key-change-needs-server",
  "left-behind",
  "new-room-closed",
  "not-come-along",
  "not-removed",
  "removed-from-room",
  "server-unreachable",
  "wrong-room-key",
]);

const NoticePlate = ({ notice, onDismiss }: { notice: Notice; onDismiss: () => void }) => {
  const { sentence, remedy } = errorTexts[notice.code];
  return (
    <li class="notice">
      <div class="notice-text">
        {notice.subjects.map((subject) => (
          <bdi key={subject} class="notice-subject">
            {subject}
          </bdi>
        ))}
        {notice.moreSubjects > 0 && <span class="notice-subject">and {notice.moreSubjects} more</span>}
        <p class="notice-sentence">{sentence}</p>
        <p>{remedy}</p>
      </div>
      <button type="button" class="key-icon" aria-label={`Dismiss: ${sentence}`} onClick={onDismiss}>
        <RemoveGlyph />
      </button>
    </li>
  );
};

export const Notices = ({ model, actions }: AppProps) => {
  const notices = model.notices.value;
  const shown = notices.slice(0, maxShown);
  const plates = (areProblems: boolean) =>
    shown
      .filter((notice) => problemCodes.has(notice.code) === areProblems)
      .map((notice) => (
        <NoticePlate key={notice.id} notice={notice} onDismiss={() => actions.dismissNotice(notice.id)} />
      ));
  return (
    <aside class="notices" aria-label="Notices">
      <ul aria-live="assertive">{plates(true)}</ul>
      <ul aria-live="polite">{plates(false)}</ul>
      {notices.length > maxShown && <p class="notices-more">and {notices.length - maxShown} more</p>}
    </aside>
  );
};
