// What happened, newest first, in plain words. Screen readers read each line when they have time. The list is short at
// first, with the newest problems in sight.
import { useSignal } from "@preact/signals";
import type { AppModel, LogLine } from "./app-model.ts";
import { shortLog, shortLogLines } from "./short-log.ts";

const timeFormat = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

const toneTexts: Readonly<Record<LogLine["tone"], string>> = {
  info: "",
  good: "",
  warning: "Careful: ",
  problem: "Problem: ",
};

const Line = ({ line }: { line: LogLine }) => (
  <li class={`log-line log-${line.tone}`}>
    <time dateTime={line.at.toISOString()}>{timeFormat.format(line.at)}</time>
    <span class="log-text">
      <span class="for-readers">{toneTexts[line.tone]}</span>
      {line.text}
    </span>
  </li>
);

export const Log = ({ model }: { model: AppModel }) => {
  const isLong = useSignal(false);
  const lines = model.log.value;
  const shown = [...(isLong.value ? lines : shortLog(lines))].reverse();
  return (
    <section id="part-log" class="part" aria-labelledby="log-title">
      <h2 id="log-title" tabIndex={-1}>
        What happened
      </h2>
      {lines.length === 0 && <p class="empty">Nothing yet.</p>}
      <div role="log" aria-labelledby="log-title">
        <ul class="log">
          {shown.map((line) => (
            <Line key={line.id} line={line} />
          ))}
        </ul>
      </div>
      {lines.length > shortLogLines && (
        <button
          type="button"
          class="key key-quiet"
          aria-expanded={isLong.value}
          onClick={() => {
            isLong.value = !isLong.value;
          }}
        >
          {isLong.value ? "Show less" : `Show all ${lines.length} lines`}
        </button>
      )}
    </section>
  );
};
