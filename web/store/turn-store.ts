// What the bands of this device have vibrated in the last ten seconds, in the storage that all tabs share: the wearer's
// limit belongs to a body, so that a reload, another tab or a band that is added again does not begin a new one.
// Devices are stored by the id that the browser made up for this origin.
// Neighbours: gateway/probes/vibration-budget.ts counts. What comes back from storage may be anything and is read field
// by field.
import { maxVibrateMs } from "../../firmware-bridge/frames/payloads.ts";
import type { KeptTurn, TurnMemory } from "../../gateway/probes/vibration-budget.ts";

const keyPrefix = "earl-mesh.vibrated.";

/** Three times as many as a wearer can allow within ten seconds (`buzzRateRange`): some may be older than that. */
const maxTurns = 60;

/** Nothing counts for so long: ten seconds, and as long again. */
const staleAfterMs = 20_000;

export interface TurnStoreOptions {
  /** Such as `() => localStorage`: where storage is blocked the access itself throws. */
  readonly open: () => Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;
  readonly pageId: string;
  /** Called once: the browser stores nothing, and the limit begins anew when the page is reloaded. */
  readonly onNotKept: () => void;
}

export class TurnStore implements TurnMemory {
  readonly pageId: string;
  readonly #options: TurnStoreOptions;
  #hasFailed = false;

  constructor(options: TurnStoreOptions) {
    this.#options = options;
    this.pageId = options.pageId;
  }

  read(deviceId: string): readonly KeptTurn[] {
    try {
      return turnsOf(this.#options.open().getItem(keyPrefix + deviceId));
    } catch {
      return []; // Storage is blocked; `write` reports that.
    }
  }

  write(deviceId: string, turns: readonly KeptTurn[]): void {
    try {
      this.#options.open().setItem(keyPrefix + deviceId, JSON.stringify(turns.slice(-maxTurns)));
    } catch {
      if (!this.#hasFailed) this.#options.onNotKept();
      this.#hasFailed = true;
    }
  }

  /** Removes what no longer counts, of devices that may never come back. To be called when the page starts. */
  removeStale(wallNowMs: number): void {
    try {
      const storage = this.#options.open();
      const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? "");
      for (const key of keys.filter((name) => name.startsWith(keyPrefix))) {
        const turns = turnsOf(storage.getItem(key));
        if (turns.every(({ endsByMs }) => endsByMs < wallNowMs - staleAfterMs)) storage.removeItem(key);
      }
    } catch {
      // Storage is blocked: nothing is stored that could be removed.
    }
  }
}

const turnsOf = (text: string | null): readonly KeptTurn[] => {
  const stored: unknown = text === null ? [] : parsed(text);
  return Array.isArray(stored) ? stored.slice(-maxTurns).flatMap((turn) => readTurn(turn) ?? []) : [];
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Something else has written it.
  }
};

const readTurn = (stored: unknown): KeptTurn | undefined => {
  const { id, vibratingMs, begunByMs, endsByMs }: Partial<Record<string, unknown>> = Object(stored);
  const isWhole =
    typeof id === "string" &&
    typeof vibratingMs === "number" &&
    typeof begunByMs === "number" &&
    typeof endsByMs === "number";
  if (!isWhole || vibratingMs < 0 || vibratingMs > maxVibrateMs || begunByMs > endsByMs) return undefined;
  return { id, vibratingMs, begunByMs, endsByMs };
};
