// In place of a button for what this browser cannot do: the reason and what to do, never a button without effect.
import { type ErrorCode, errorTexts } from "./errors.ts";

export const Unavailable = ({ what, code }: { what: string; code: ErrorCode }) => (
  <p class="unavailable">
    <strong>{what}</strong> {errorTexts[code].sentence} {errorTexts[code].remedy}
  </p>
);
