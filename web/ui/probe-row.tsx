// One of my probes: its name, its link, its live movement, and what can be done with it.

import { useRef } from "preact/hooks";
import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import { gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import type { ProbeView } from "./app-model.ts";
import { Battery } from "./battery.tsx";
import { useChangeCount } from "./change-count.ts";
import { GestureGlyph } from "./glyphs.tsx";
import { MotionTrace } from "./motion-trace.tsx";
import { NameField } from "./name-field.tsx";
import type { AppProps } from "./props.ts";
import { useSeen } from "./use-seen.ts";
import { linkText } from "./words.ts";

const originTexts: Readonly<Record<ProbeView["origin"], string>> = {
  bluetooth: "Bluetooth",
  phone: "this phone",
  simulated: "simulated",
};

const MoveKeys = ({ probe, actions }: { probe: ProbeView } & Pick<AppProps, "actions">) => (
  <fieldset class="move-keys">
    <legend>Move its arm</legend>
    {gestureNames.map((gesture) => (
      <button
        key={gesture}
        type="button"
        class="key move-key"
        onClick={() => actions.moveSimulated(probe.index, gesture)}
      >
        <GestureGlyph gesture={gesture} />
        <span class="move-word">{gesture}</span>
      </button>
    ))}
  </fieldset>
);

export interface ProbeRowProps extends Pick<AppProps, "actions"> {
  readonly probe: ProbeView;
  readonly onRemove: () => void;
}

export const ProbeRow = ({ probe, actions, onRemove }: ProbeRowProps) => {
  const { state, help } = linkText(probe.link);
  const isConnected = probe.link.kind === "connected";
  const buzzes = useChangeCount(probe.lastBuzzAtMs);
  const moves = useChangeCount(probe.lastGesture?.atMs);
  const row = useRef<HTMLLIElement>(null);
  const isSeen = useSeen(row);
  return (
    <li ref={row} class={`probe probe-${probe.link.kind}${isSeen.value ? "" : " unseen"}`}>
      {buzzes > 0 && <span key={buzzes} class="probe-pulse" aria-hidden="true" />}
      <div class="probe-head">
        <NameField
          label={`Name of band ${probe.name}`}
          name={probe.name}
          onName={(name) => actions.renameProbe(probe.index, name)}
        />
        <p class="probe-facts">
          <span class={`lamp lamp-${probe.link.kind}`} aria-hidden="true" />
          {originTexts[probe.origin]}, {state}
          {probe.battery && <Battery percent={probe.battery.percent} isCharging={probe.battery.charging} />}
        </p>
      </div>
      {help !== undefined && <p class="caution">{help}</p>}
      {isConnected && (
        <div class="screen">
          <MotionTrace trail={probe.motionTrail} />
          {probe.lastGesture !== undefined && (
            <p key={moves} class={moves > 0 ? "screen-word screen-word-new" : "screen-word"}>
              {probe.lastGesture.name}
            </p>
          )}
        </div>
      )}
      {isConnected && probe.origin === "simulated" && <MoveKeys probe={probe} actions={actions} />}
      <div class="keys">
        {isConnected && (probe.capabilities & capabilities.vibrateIn) !== 0 && (
          <button
            type="button"
            class="key key-touch"
            aria-label={`Test buzz on ${probe.name}`}
            onClick={() => actions.testBuzz(probe.index)}
          >
            Test buzz
          </button>
        )}
        {probe.link.kind === "closed" && (
          <button
            type="button"
            class="key"
            aria-label={`Connect again: ${probe.name}`}
            onClick={() => actions.reconnectProbe(probe.index)}
          >
            Connect again
          </button>
        )}
        <button type="button" class="key key-quiet" aria-label={`Remove ${probe.name}`} onClick={onRemove}>
          Remove
        </button>
      </div>
    </li>
  );
};
