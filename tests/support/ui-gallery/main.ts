// The gallery's page: draws the App with the scene that `?scene=` names, and keeps the calls for tests.
import { renderApp } from "../../../web/ui/app.tsx";
import { openFlashLayer } from "../../../web/ui/flash.ts";
import { sceneModel } from "./fixtures.ts";
import type { panelModel } from "./panel-fixtures.ts";
import { type Call, recordingActions } from "./recorder.ts";
import { scenes } from "./scenes.ts";

export interface Gallery {
  readonly model: ReturnType<typeof sceneModel>;
  /** The figures' model, once they have been opened. */
  panel: ReturnType<typeof panelModel> | undefined;
  readonly calls: Call[];
  readonly flash: (durationsMs: readonly number[]) => void;
}

declare global {
  var gallery: Gallery;
}

const name = new URLSearchParams(location.search).get("scene") ?? "start";
const scene = scenes[name];
const root = document.querySelector("#app");
if (scene === undefined || root === null) throw new Error(`no scene ${name}`);

const model = sceneModel(scene);
const calls: Call[] = [];
globalThis.gallery = { model, panel: undefined, calls, flash: openFlashLayer(document.body).flash };
renderApp(root, model, recordingActions(model, scene.figures ?? "nothingYet", calls));
