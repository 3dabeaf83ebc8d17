// Below the dial: until when the battery has to last, what the page does for that and why, a button to overrule it, and
// the dark screen for a pocket.

import { fieldTime, powerText, unthinnedTexts } from "./power-words.ts";
import type { AppProps } from "./props.ts";

/**
 * The page saves power by itself. So a button to save is here only after a person has chosen full speed, and the button
 * for full speed only while the page saves.
 */
const ModeKey = ({ model, actions }: AppProps) => {
  const { kind } = model.power.value.reason;
  if (model.settings.value.powerMode === "full-speed") {
    return (
      <button type="button" class="key" onClick={() => actions.setPowerMode("automatic")}>
        Save power again
      </button>
    );
  }
  return kind === "saving" ? (
    <button type="button" class="key" onClick={() => actions.setPowerMode("full-speed")}>
      Full speed
    </button>
  ) : null;
};

export const Power = ({ model, actions }: AppProps) => {
  const power = model.power.value;
  const { title, detail } = powerText(power);
  return (
    <section class={`power power-${power.reason.kind}`} aria-labelledby="power-title">
      <h3 id="power-title" class="for-readers">
        Power
      </h3>
      <div class="power-text" role="status">
        <p class="power-title">{title}</p>
        {detail !== undefined && <p class="hint">{detail}</p>}
        {power.unthinned.map(({ name, why }, i) => (
          <p key={i} class="hint">
            <bdi>{name}</bdi> {unthinnedTexts[why]}
          </p>
        ))}
      </div>
      <div class="power-keys">
        <label class="shift-end">
          <span>Shift ends</span>
          <input
            class="field"
            type="time"
            required
            value={fieldTime(power.shiftEndsAtMs)}
            onChange={(event) => actions.setShiftEnd(event.currentTarget.value)}
          />
        </label>
        <div class="keys">
          <ModeKey model={model} actions={actions} />
          <button type="button" class="key" onClick={() => actions.darken()}>
            Dark screen
          </button>
        </div>
      </div>
    </section>
  );
};
