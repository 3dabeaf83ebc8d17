// The gestures that an arm can make, and their codes in docs/protocol.md §1.3.

export const gestureNames = ["wave", "shake", "raise", "tap"] as const;
export type GestureName = (typeof gestureNames)[number];

/** Code 1 is the first name. */
export const gestureCode = (name: GestureName): number => gestureNames.indexOf(name) + 1;

/** Undefined for a code that this version does not know. */
export const gestureName = (code: number): GestureName | undefined => gestureNames[code - 1];
