// Delay, load and battery in this room: a part of the page that is loaded when a person first opens it, and that does
// nothing while it is closed.
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { jumpTo } from "./parts.ts";
import type { AppProps } from "./props.ts";

type Loading = "loading" | "shown" | "failed";

const LateFigures = ({ actions }: Pick<AppProps, "actions">) => {
  const root = useRef<HTMLDivElement>(null);
  const state = useSignal<Loading>("loading");
  useEffect(() => {
    if (root.current === null) return undefined;
    let isGone = false;
    let close: (() => void) | undefined;
    void actions.showFigures(root.current).then((shown) => {
      if (isGone) return shown?.();
      close = shown;
      state.value = shown === undefined ? "failed" : "shown";
      if (shown !== undefined) jumpTo("figures"); // Only now is the page long enough.
    });
    return () => {
      isGone = true;
      close?.();
    };
  }, [actions, state]);
  return (
    <>
      {state.value === "loading" && (
        <p class="empty" role="status">
          Loading …
        </p>
      )}
      {state.value === "failed" && (
        <p class="caution" role="alert">
          The figures could not be loaded: the server may be away. Reload the page once it is back.
        </p>
      )}
      <div ref={root} />
    </>
  );
};

export interface FiguresProps extends Pick<AppProps, "actions"> {
  readonly isOpen: Signal<boolean>;
}

export const Figures = ({ actions, isOpen }: FiguresProps) => (
  <section id="part-figures" class="part part-figures" aria-labelledby="figures-title">
    <h2 id="figures-title" tabIndex={-1}>
      Figures
    </h2>
    {!isOpen.value && <p class="hint">Delay, load and battery: will it last for a whole shift?</p>}
    {isOpen.value && <LateFigures actions={actions} />}
    <button
      type="button"
      class={isOpen.value ? "key key-quiet" : "key"}
      aria-expanded={isOpen.value}
      onClick={() => {
        isOpen.value = !isOpen.value;
      }}
    >
      {isOpen.value ? "Hide figures" : "Show figures"}
    </button>
  </section>
);
