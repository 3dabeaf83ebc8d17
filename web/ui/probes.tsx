// My probes, and the ways to add one. A way that this browser does not have is shown with the reason.
import { errorTexts } from "./errors.ts";
import { focusTitle } from "./parts.ts";
import { ProbeRow } from "./probe-row.tsx";
import type { AppProps } from "./props.ts";
import { Unavailable } from "./unavailable.tsx";

const Slots = ({ used, total }: { used: number; total: number }) => (
  <p class="slots">
    <span class="pips" aria-hidden="true">
      {Array.from({ length: total }, (_, i) => (
        <span key={i} class={i < used ? "pip pip-used" : "pip"} />
      ))}
    </span>
    {used} of {total} Bluetooth connections used
  </p>
);

const AddProbe = ({ model, actions }: AppProps) => {
  const { bluetooth, motion, vibration } = model.platform;
  const hasPhone = model.probes.value.some((probe) => probe.origin === "phone");
  return (
    <div class="add-probe">
      <h3>Add a band</h3>
      <div class="keys">
        {bluetooth === undefined && (
          <button type="button" class="key" onClick={() => actions.pairArmProbe()}>
            Pair a band
          </button>
        )}
        {motion === undefined && !hasPhone && (
          <button type="button" class="key" onClick={() => actions.addThisPhone()}>
            Use this phone
          </button>
        )}
        <button type="button" class="key" onClick={() => actions.addSimulatedProbe()}>
          Add a simulated band
        </button>
      </div>
      {bluetooth !== undefined && <Unavailable what="Pairing a band:" code={bluetooth} />}
      {motion !== undefined && <Unavailable what="Using this phone:" code={motion} />}
      {vibration !== undefined && motion === undefined && (
        <p class="hint">
          {errorTexts[vibration].sentence} {errorTexts[vibration].remedy}
        </p>
      )}
    </div>
  );
};

export const Probes = ({ model, actions }: AppProps) => {
  const probes = model.probes.value;
  return (
    <section id="part-probes" class="part" aria-labelledby="probes-title">
      <h2 id="probes-title" tabIndex={-1}>
        My bands
      </h2>
      {probes.length === 0 && (
        <p class="empty">
          None yet. A band feels your arm move, and buzzes on your wrist. To try it, a simulated one is enough.
        </p>
      )}
      <ul class="probes">
        {probes.map((probe) => (
          <ProbeRow
            key={probe.index}
            probe={probe}
            actions={actions}
            onRemove={() => {
              actions.removeProbe(probe.index);
              focusTitle("probes");
            }}
          />
        ))}
      </ul>
      <AddProbe model={model} actions={actions} />
      {model.platform.bluetooth === undefined && <Slots {...model.bluetoothSlots.value} />}
    </section>
  );
};
