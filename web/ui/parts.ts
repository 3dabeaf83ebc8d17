// The parts of the page in a room, in their order, and how to move the focus to them.

export const parts = [
  { id: "room", label: "Room" },
  { id: "probes", label: "Bands" },
  { id: "people", label: "People" },
  { id: "consent", label: "Rules" },
  { id: "log", label: "Log" },
  { id: "figures", label: "Figures" },
] as const;

export type PartId = (typeof parts)[number]["id"];

export const isPart = (id: string): id is PartId => parts.some((part) => part.id === id);

/** Moves the focus there when the control that had it is gone: keyboards and screen readers keep their place. */
export const focusTitle = (id: PartId): void => document.getElementById(`${id}-title`)?.focus({ preventScroll: true });

export const jumpTo = (id: PartId): void => {
  document.getElementById(`part-${id}`)?.scrollIntoView();
  focusTitle(id);
};
