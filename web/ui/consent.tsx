// What others may do to my bands: the rules, the strength and the rate. The receiver decides, so all of it is here.
import { useSignal } from "@preact/signals";
import { buzzRateRange, strengthLimitRange } from "../../gateway/probes/wearer-limits.ts";
import type { AppProps } from "./props.ts";
import { Rules } from "./rule-list.tsx";

const strengthStepPercent = 5;

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly text: (value: number) => string;
  readonly onValue: (value: number) => void;
}

/** Shows the value while the person moves it, and applies it when they let go. */
const Slider = ({ label, value, min, max, step, text, onValue }: SliderProps) => {
  const moving = useSignal<number | undefined>(undefined);
  const shown = moving.value ?? value;
  return (
    <label class="slider">
      <span class="slider-label">{label}</span>
      <span class="slider-value">{text(shown)}</span>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={shown}
        aria-valuetext={text(shown)}
        onInput={(event) => {
          moving.value = event.currentTarget.valueAsNumber;
        }}
        onChange={(event) => {
          moving.value = undefined;
          onValue(event.currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
};

export const Consent = ({ model, actions }: AppProps) => {
  const settings = model.settings.value;
  return (
    <section id="part-consent" class="part" aria-labelledby="consent-title">
      <h2 id="consent-title" tabIndex={-1}>
        What may buzz me
      </h2>
      <Rules rules={settings.rules} peers={model.peers.value} onRules={(rules) => actions.setRules(rules)} />
      <Slider
        label="Strength at most"
        value={settings.strengthLimit}
        min={strengthLimitRange.least}
        max={strengthLimitRange.most}
        step={strengthStepPercent}
        text={(percent) => `${percent} %`}
        onValue={(percent) => actions.setStrengthLimit(percent)}
      />
      <Slider
        label="Buzzes in ten seconds at most"
        value={settings.buzzesPerTenSeconds}
        min={buzzRateRange.least}
        max={buzzRateRange.most}
        step={1}
        text={String}
        onValue={(count) => actions.setBuzzRate(count)}
      />
    </section>
  );
};
