// What stands where a button would be that this browser cannot serve: the reason and the way out, never a dead button.
import { type ErrorCode, errorTexts } from "./errors.ts";

export const Unavailable = ({ what, code }: { what: string; code: ErrorCode }) => (
  <p class="unavailable">
    <strong>{what}</strong> {errorTexts[code].sentence} {errorTexts[code].remedy}
  </p>
);
