// The page as one component over the model's signals; `renderApp` is all that the composition root needs of it.
import { useSignalEffect } from "@preact/signals";
import { render } from "preact";
import type { AppActions, AppModel } from "./app-model.ts";
import { DarkContext } from "./dark-context.ts";
import { DarkScreen } from "./dark-screen.tsx";
import { Notices } from "./notices.tsx";
import type { AppProps } from "./props.ts";
import { Room } from "./room.tsx";
import { Shell } from "./shell.tsx";

const productName = "Earl Mesh";

/** The title of the tab: with it, a person can tell two tabs on one computer apart. */
const Title = ({ model }: Pick<AppProps, "model">) => {
  useSignalEffect(() => {
    const label = model.room.value?.label;
    document.title = label === undefined ? productName : `${model.settings.value.name} · ${label}`;
  });
  return null;
};

/** Draws the page into `root` and draws again whatever changes in the model; the returned function removes it. */
export const renderApp = (root: Element, model: AppModel, actions: AppActions): (() => void) => {
  render(
    <Shell
      model={model}
      actions={actions}
      drawRoom={(room) => (
        <DarkContext.Provider value={model.isDark}>
          <Room key={room.roomId} model={model} actions={actions} room={room} />
        </DarkContext.Provider>
      )}
    >
      <Title model={model} />
      <Notices model={model} actions={actions} />
      <DarkScreen model={model} actions={actions} />
    </Shell>,
    root,
  );
  return () => render(null, root);
};
