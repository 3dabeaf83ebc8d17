// What a person enters for the forecast.
import { useId } from "preact/hooks";
import { Choice } from "./choice.tsx";
import { capacityWhRange, shiftHoursRange, within } from "./figure-settings.ts";
import type { PanelActions, PanelModel } from "./panel-model.ts";

const { least, most } = shiftHoursRange;
const shiftOptions = Array.from({ length: most - least + 1 }, (_, i) => ({
  value: String(least + i),
  text: `${least + i} h`,
}));

export const SettingsBox = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const { shiftHours, capacityWh } = model.settings.value;
  const hintId = useId();
  return (
    <section class="panel-box" aria-labelledby="forecast-title">
      <h3 id="forecast-title">Shift and battery</h3>
      <div class="controls">
        <Choice
          label="A shift lasts"
          value={String(shiftHours)}
          options={shiftOptions}
          onValue={(value) => actions.setShiftHours(Number(value))}
        />
        <label class="labelled">
          <span>This battery holds</span>
          <span class="with-unit">
            <input
              class="field"
              type="number"
              inputMode="decimal"
              min={capacityWhRange.least}
              max={capacityWhRange.most}
              step="any"
              placeholder="not known"
              aria-describedby={hintId}
              value={capacityWh ?? ""}
              onChange={(event) => {
                const { value, valueAsNumber } = event.currentTarget;
                const entered = within(valueAsNumber, capacityWhRange);
                if (value === "" || entered !== undefined) actions.setCapacityWh(entered);
                else event.currentTarget.value = String(capacityWh ?? "");
              }}
            />
            Wh
          </span>
        </label>
      </div>
      <p id={hintId} class="hint">
        With its capacity, the drain can be shown in watts. A phone's 4000 mAh at 3.85 V are 15.4 Wh.
      </p>
    </section>
  );
};
