// A buzz for the eye, for phones that cannot vibrate: a ring along the screen's edge that swells with the pattern.
// Invariant: never more than three swells in a second, for any pattern and any number of buzzes (WCAG 2.3.1).

/** Between the beginnings of two swells. WCAG 2.3.1 allows three flashes in any second. */
export const leastSwellMs = 350;
/** A shorter swell would not be seen. */
const shortestSwellMs = 180;
const riseMs = 40;
/** The eye does not see a shorter gap between two swells, and the fall of one would overlap the rise of the next. */
const leastDarkMs = 2 * riseMs;
/** For people who prefer less motion: a slow glow in place of a flicker. */
const calmRiseMs = 250;

export interface Swell {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * The on times of a pattern (on and off in turn, on first), joined where they follow each other too fast to be safe.
 */
export const swellsOf = (durationsMs: readonly number[]): readonly Swell[] => {
  const swells: Swell[] = [];
  let atMs = 0;
  durationsMs.forEach((durationMs, i) => {
    const startMs = atMs;
    atMs += durationMs;
    if (i % 2 === 1 || durationMs <= 0) return;
    const endMs = Math.max(atMs, startMs + shortestSwellMs);
    const last = swells.at(-1);
    const isTooSoon =
      last !== undefined && (startMs - last.startMs < leastSwellMs || startMs - last.endMs < leastDarkMs);
    if (isTooSoon) swells[swells.length - 1] = { startMs: last.startMs, endMs };
    else swells.push({ startMs, endMs });
  });
  return swells;
};

/** Offsets must not decrease: each swell is longer than `edgeMs`, and each gap is at least twice as long. */
const keyframesOf = (swells: readonly Swell[], totalMs: number, edgeMs: number): Keyframe[] => {
  const frame = (atMs: number, opacity: number): Keyframe => ({ offset: Math.min(1, atMs / totalMs), opacity });
  return [
    frame(0, 0),
    ...swells.flatMap(({ startMs, endMs }) => [
      frame(startMs, 0),
      frame(startMs + edgeMs, 1),
      frame(endMs, 1),
      frame(endMs + edgeMs, 0),
    ]),
    frame(totalMs, 0),
  ];
};

export interface FlashLayer {
  /** Plays a pattern: on and off times in ms, on first. A pattern that comes while another one plays is not shown. */
  flash(durationsMs: readonly number[]): void;
  close(): void;
}

/** Adds the layer to `host`, the page's body; its look is `.flash` in flash.css. */
export const openFlashLayer = (host: Element): FlashLayer => {
  const layer = document.createElement("div");
  layer.className = "flash";
  layer.setAttribute("aria-hidden", "true");
  host.append(layer);
  const prefersCalm = matchMedia("(prefers-reduced-motion: reduce)");
  let playing: Animation | undefined;
  let lastBeginMs = Number.NEGATIVE_INFINITY;

  return {
    flash(durationsMs) {
      const wanted = swellsOf(durationsMs);
      const first = wanted[0];
      const last = wanted.at(-1);
      if (first === undefined || last === undefined) return;
      const nowMs = performance.now();
      if (playing?.playState === "running" || nowMs - lastBeginMs < leastSwellMs) return;
      lastBeginMs = nowMs + last.startMs;
      const isCalm = prefersCalm.matches;
      const edgeMs = isCalm ? calmRiseMs : riseMs;
      const swells = isCalm
        ? [{ startMs: first.startMs, endMs: Math.max(last.endMs, first.startMs + calmRiseMs) }]
        : wanted;
      const totalMs = (swells.at(-1) ?? last).endMs + edgeMs;
      playing = layer.animate(keyframesOf(swells, totalMs, edgeMs), { duration: totalMs, easing: "linear" });
    },
    close() {
      playing?.cancel();
      layer.remove();
    },
  };
};
