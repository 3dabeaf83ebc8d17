// What the buttons are called that many tests press. One place to change when the page calls them something else.
export const labels = {
  createRoom: "Create a room",
  pairBand: "Pair a band",
  usePhone: "Use this phone",
  addSimulatedBand: "Add a simulated band",
} as const;
