// What every larger component gets: the signals to show and the actions to call, nothing else.
import type { AppActions, AppModel } from "./app-model.ts";

export interface AppProps {
  readonly model: AppModel;
  readonly actions: AppActions;
}
