// A buzz to be heard, on phones where a page cannot vibrate (every iPhone): one oscillator, switched on and off in the
// pattern's rhythm. The AudioContext is made during a tap: browsers keep every other one silent.

/** Low enough to sound like a buzz, high enough for the small loudspeaker of a phone. */
export const toneHz = 220;

/** Gain at full strength; a square wave is loud. */
export const fullGain = 0.3;

/** Ramps instead of steps, which would click. */
const rampS = 0.005;

export class TonePlayer {
  readonly #createContext: () => AudioContext;
  #context: AudioContext | undefined;
  #oscillator: OscillatorNode | undefined;

  constructor(createContext: () => AudioContext) {
    this.#createContext = createContext;
  }

  /**
   * To be called from each tap: `play` is silent before the first one, and a later one ends a silence that the browser
   * has imposed.
   */
  unlock(): void {
    this.#context ??= this.#createContext();
    this.resume();
  }

  /**
   * To be called when the page is visible again: browsers suspend the sound of a hidden page, or of one that a call
   * interrupts.
   */
  resume(): void {
    this.#context?.resume().catch(() => {
      // It is not time yet: the next tap tries again.
    });
  }

  /** Plays durations by turns as sound and silence, in place of a tone that still sounds. */
  play(durationsMs: readonly number[], strengthPercent: number): void {
    const context = this.#context;
    if (context?.state !== "running") return; // A suspended context would play it when it goes on.
    this.#oscillator?.stop();
    const gain = context.createGain();
    gain.gain.value = 0;
    const oscillator = context.createOscillator();
    oscillator.type = "square";
    oscillator.frequency.value = toneHz;
    oscillator.connect(gain).connect(context.destination);
    let atS = context.currentTime;
    durationsMs.forEach((durationMs, i) => {
      const level = i % 2 === 0 ? (fullGain * strengthPercent) / 100 : 0;
      gain.gain.setTargetAtTime(level, atS, rampS);
      atS += durationMs / 1000;
    });
    gain.gain.setTargetAtTime(0, atS, rampS);
    oscillator.start();
    oscillator.stop(atS + 10 * rampS);
    oscillator.onended = () => gain.disconnect();
    this.#oscillator = oscillator;
  }

  /** Ends every sound for good. */
  async close(): Promise<void> {
    const context = this.#context;
    this.#context = undefined;
    if (context !== undefined && context.state !== "closed") await context.close();
  }
}
