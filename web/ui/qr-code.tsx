// A text as a QR code, one SVG path. Always dark on light: many readers do not read it the other way round.

import { toSvgPath } from "lean-qr/extras/svg";
import { correction, generate } from "lean-qr/nano";
import { useMemo } from "preact/hooks";

/** ISO/IEC 18004 asks for four modules of empty margin. */
const quietModules = 4;

export const QrCode = ({ text, label }: { text: string; label: string }) => {
  const code = useMemo(() => {
    const bitmap = generate(text, { minCorrectionLevel: correction.M });
    return { path: toSvgPath(bitmap), size: bitmap.size + 2 * quietModules };
  }, [text]);
  return (
    <svg
      class="qr"
      role="img"
      aria-label={label}
      viewBox={`${-quietModules} ${-quietModules} ${code.size} ${code.size}`}
      shape-rendering="crispEdges"
    >
      <path d={code.path} />
    </svg>
  );
};
