// The steps to the first buzz, for a person who is here for the first time. They are not shown to people who have done
// all of them before, but they do not disappear at the moment when the last one is done.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import type { AppModel, RoomView } from "./app-model.ts";
import { SecondTabLink } from "./invite.tsx";
import { isKnown } from "./known.ts";
import { focusTitle } from "./parts.ts";
import type { AppProps } from "./props.ts";

const hasBuzzed = (model: AppModel): boolean =>
  model.probes.value.some((probe) => probe.lastGesture !== undefined || probe.lastBuzzAtMs !== undefined);

interface StepProps {
  readonly isDone: boolean;
  readonly text: string;
  /** The step's buttons stay when it is done, so that they can be pressed again. */
  readonly keepsKeys?: boolean;
  readonly children: ComponentChildren;
}

const Step = ({ isDone, text, keepsKeys = false, children }: StepProps) => (
  <li class={isDone ? "step step-done" : "step"}>
    <div class="step-body">
      <p>
        {text}
        {isDone && <span class="for-readers"> (done)</span>}
      </p>
      {(!isDone || keepsKeys) && children}
    </div>
  </li>
);

export const FirstSteps = ({ model, actions, room }: AppProps & { room: RoomView }) => {
  const isHidden = useSignal(false);
  const probes = model.probes.value;
  const hasProbe = probes.length > 0;
  const hasCompany = model.peers.value.some((peer) => isKnown(peer) && peer.state.kind !== "gone");
  const isDone = hasProbe && hasCompany && hasBuzzed(model);
  const wasNeeded = useRef(false);
  if (!isDone) wasNeeded.current = true;
  if (isHidden.value || !wasNeeded.current) return null;
  const simulated = probes.find((probe) => probe.origin === "simulated" && probe.link.kind === "connected");
  return (
    <section class="steps" aria-labelledby="steps-title">
      <div class="steps-head">
        <h2 id="steps-title">Try it without a real band</h2>
        <button
          type="button"
          class="key key-quiet"
          aria-label="Hide these steps"
          onClick={() => {
            isHidden.value = true;
            focusTitle("room");
          }}
        >
          Hide
        </button>
      </div>
      <ol>
        <Step isDone={hasProbe} text="Add a simulated band.">
          <button type="button" class="key" onClick={() => actions.addSimulatedProbe()}>
            Add it
          </button>
        </Step>
        <Step isDone={hasCompany} text="Open the invite in a second tab, and add a simulated band there, too.">
          <SecondTabLink room={room} label="Open a second tab" />
        </Step>
        <Step isDone={isDone} text="Wave here, and the band in the other tab buzzes." keepsKeys>
          {hasCompany && simulated !== undefined && (
            <button type="button" class="key" onClick={() => actions.moveSimulated(simulated.index, "wave")}>
              Wave
            </button>
          )}
        </Step>
      </ol>
    </section>
  );
};
