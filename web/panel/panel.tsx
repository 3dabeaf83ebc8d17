// The figures of this gateway: in plain words whether the room is good, the batteries, a recording, and what a person
// enters for the forecast; behind Details charts or numbers and a measurement at once. This module and what it imports
// are loaded when a person first opens the figures.
import { aboutVerdict } from "../../gateway/statistics/verdict.ts";
import "./panel.css";
import { type Signal, useSignal } from "@preact/signals";
import { render } from "preact";
import type { DelayClass } from "../../gateway/statistics/statistics-types.ts";
import { BandTable } from "./band-table.tsx";
import { Charts } from "./charts.tsx";
import { Choice } from "./choice.tsx";
import { FactLists } from "./fact-lists.tsx";
import { LatencyTest } from "./latency-test.tsx";
import type { FiguresView, PanelActions, PanelModel } from "./panel-model.ts";
import { classTexts, delayClasses, type Span, spanTexts } from "./panel-words.ts";
import { PeerTable } from "./peer-table.tsx";
import { RecordingBox } from "./recording-box.tsx";
import { SettingsBox } from "./settings-box.tsx";
import { outcomeTexts, verdictSentences } from "./verdict-words.ts";

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

const VerdictLine = ({ figures }: { figures: FiguresView }) => {
  const { outcome } = figures.verdict;
  return (
    <div class="verdict">
      <p>
        <span class={`verdict-outcome verdict-${outcome}`}>{outcomeTexts[outcome]}</span>
      </p>
      <ul>
        {verdictSentences(figures).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
};

const EngineersLine = ({ figures: { verdict, snapshot } }: { figures: FiguresView }) => {
  const about = aboutVerdict(snapshot);
  return (
    <div>
      <p class="figure">{verdict.text}</p>
      {about !== undefined && <p class="hint">{about}</p>}
    </div>
  );
};

const spans: readonly Span[] = ["lastMinute", "sinceStart"];

const Details = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const view = useSignal<View>("charts");
  const span = useSignal<Span>("lastMinute");
  const delayClass = useSignal<DelayClass>("prompt");
  return (
    <>
      <EngineersLine figures={model.figures.value} />
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
      <LatencyTest model={model} actions={actions} />
    </>
  );
};

const Panel = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const areDetailsOpen = useSignal(false);
  return (
    <div class="panel">
      <VerdictLine figures={model.figures.value} />
      <div class="panel-boxes">
        <BandTable bands={model.figures.value.bands} />
        <RecordingBox model={model} actions={actions} />
        <SettingsBox model={model} actions={actions} />
      </div>
      <details
        class="panel-details"
        onToggle={({ currentTarget }) => {
          areDetailsOpen.value = currentTarget.open;
        }}
      >
        <summary>Details</summary>
        {areDetailsOpen.value && <Details model={model} actions={actions} />}
      </details>
    </div>
  );
};

/** Draws the figures into `root` and keeps them true to the model; the returned function takes them away again. */
export const renderPanel = (root: Element, model: PanelModel, actions: PanelActions): (() => void) => {
  render(<Panel model={model} actions={actions} />, root);
  return () => render(null, root);
};
