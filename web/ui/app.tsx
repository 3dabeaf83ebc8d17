// The page as one component over the model's signals; `renderApp` is all that the composition root needs of it.
import "./styles.css";
import { useSignalEffect } from "@preact/signals";
import { render } from "preact";
import type { AppActions, AppModel } from "./app-model.ts";
import { DarkContext } from "./dark-context.ts";
import { DarkScreen } from "./dark-screen.tsx";
import { Notices } from "./notices.tsx";
import type { AppProps } from "./props.ts";
import { Room } from "./room.tsx";
import { Start } from "./start.tsx";

const productName = "Earl Mesh";

const App = ({ model, actions }: AppProps) => {
  const room = model.room.value;
  // Tells two tabs on one computer apart.
  useSignalEffect(() => {
    const label = model.room.value?.label;
    document.title = label === undefined ? productName : `${model.settings.value.name} · ${label}`;
  });
  return (
    <DarkContext.Provider value={model.isDark}>
      {room === undefined ? (
        <Start model={model} actions={actions} />
      ) : (
        <Room key={room.roomId} model={model} actions={actions} room={room} />
      )}
      <Notices model={model} actions={actions} />
      <DarkScreen model={model} actions={actions} />
    </DarkContext.Provider>
  );
};

/** Draws the page into `root` and keeps it true to the model; the returned function takes it away again. */
export const renderApp = (root: Element, model: AppModel, actions: AppActions): (() => void) => {
  render(<App model={model} actions={actions} />, root);
  return () => render(null, root);
};
