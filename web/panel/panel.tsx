// The figures of this gateway: whether it holds, in one line; then charts or numbers, a measurement at once, a recording, and what the forecast
// has to be told. This module and what it imports are loaded when a person first opens the figures.
import { aboutVerdict, type Verdict } from "../../gateway/statistics/verdict.ts";
import "./panel.css";
import { type Signal, useSignal } from "@preact/signals";
import { render } from "preact";
import type { DelayClass, StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import { BandTable } from "./band-table.tsx";
import { Charts } from "./charts.tsx";
import { Choice } from "./choice.tsx";
import { FactLists } from "./fact-lists.tsx";
import { LatencyTest } from "./latency-test.tsx";
import type { PanelActions, PanelModel } from "./panel-model.ts";
import { classTexts, delayClasses, type Span, spanTexts } from "./panel-words.ts";
import { PeerTable } from "./peer-table.tsx";
import { RecordingBox } from "./recording-box.tsx";
import { SettingsBox } from "./settings-box.tsx";

type View = "charts" | "numbers";

const ViewKeys = ({ view }: { view: Signal<View> }) => (
  <fieldset class="keys view-keys">
    <legend class="for-readers">Show the figures as</legend>
    {(["charts", "numbers"] as const).map((name) => (
      <button
        key={name}
        type="button"
        class={view.value === name ? "key key-on" : "key"}
        aria-pressed={view.value === name}
        onClick={() => {
          view.value = name;
        }}
      >
        {name === "charts" ? "Charts" : "Numbers"}
      </button>
    ))}
  </fieldset>
);

const outcomeTexts: Readonly<Record<Verdict["outcome"], string>> = {
  good: "It holds",
  "good-so-far": "It holds so far",
  bad: "It does not hold",
  unknown: "Not sure",
};

const VerdictLine = ({ verdict, snapshot }: { verdict: Verdict; snapshot: StatisticsSnapshot }) => {
  const about = aboutVerdict(snapshot);
  return (
    <div>
      <p class="verdict">
        <span class={`verdict-outcome verdict-${verdict.outcome}`}>{outcomeTexts[verdict.outcome]}</span> {verdict.text}
      </p>
      {about !== undefined && <p class="hint">{about}</p>}
    </div>
  );
};

const spans: readonly Span[] = ["lastMinute", "sinceStart"];

const Panel = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const view = useSignal<View>("charts");
  const span = useSignal<Span>("lastMinute");
  const delayClass = useSignal<DelayClass>("prompt");
  return (
    <div class="panel">
      <VerdictLine verdict={model.figures.value.verdict} snapshot={model.figures.value.snapshot} />
      <div class="controls">
        <ViewKeys view={view} />
        <Choice
          label="Peers over"
          value={span.value}
          options={spans.map((value) => ({ value, text: spanTexts[value] }))}
          onValue={(value) => {
            span.value = spans.find((known) => known === value) ?? "lastMinute";
          }}
        />
        {view.value === "numbers" && (
          <Choice
            label="One-way delay of"
            value={delayClass.value}
            options={delayClasses.map((value) => ({ value, text: classTexts[value] }))}
            onValue={(value) => {
              delayClass.value = delayClasses.find((known) => known === value) ?? "prompt";
            }}
          />
        )}
      </div>
      {view.value === "charts" ? (
        <Charts model={model} span={span} />
      ) : (
        <>
          <PeerTable snapshot={model.figures.value.snapshot} span={span.value} delayClass={delayClass.value} />
          <FactLists figures={model.figures.value} span={span.value} />
        </>
      )}
      <BandTable bands={model.figures.value.bands} />
      <div class="panel-boxes">
        <LatencyTest model={model} actions={actions} />
        <RecordingBox model={model} actions={actions} />
        <SettingsBox model={model} actions={actions} />
      </div>
    </div>
  );
};

/** Draws the figures into `root` and keeps them true to the model; the returned function takes them away again. */
export const renderPanel = (root: Element, model: PanelModel, actions: PanelActions): (() => void) => {
  render(<Panel model={model} actions={actions} />, root);
  return () => render(null, root);
};
