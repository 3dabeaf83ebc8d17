// Whether the screen is dark, for components that do something by themselves as time passes.
import { type ReadonlySignal, signal } from "@preact/signals";
import { createContext } from "preact";

export const DarkContext = createContext<ReadonlySignal<boolean>>(signal(false));
