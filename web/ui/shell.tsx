// The start screen, or the room once the page is in one. It is drawn twice: first the start screen alone, before the
// rest of the page has been loaded, and then with all. It stays the same component, so that what a person has typed
// meanwhile stays, too.
import "./styles.css";
import { type ComponentChildren, render } from "preact";
import type { RoomView } from "./app-model.ts";
import { Start, type StartProps } from "./start.tsx";

export interface ShellProps extends StartProps {
  /** Undefined before the rest of the page has been loaded: there is no room then. */
  readonly drawRoom?: (room: RoomView) => ComponentChildren;
  /** What lies over both. */
  readonly children?: ComponentChildren;
}

export const Shell = ({ drawRoom, children, ...start }: ShellProps) => {
  const room = start.model.room.value;
  return (
    <>
      {room === undefined ? <Start {...start} /> : drawRoom?.(room)}
      {children}
    </>
  );
};

/** Draws the start screen into `root`, which renderApp of app.tsx takes over. */
export const renderStart = (root: Element, start: StartProps): void => render(<Shell {...start} />, root);
