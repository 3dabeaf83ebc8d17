// A person's settings on this device. What protects the person (mutes, strength, rate, rules) is shared by all tabs;
// the name belongs to a slot, because a second tab is a second gateway. What comes back from storage may be anything
// and is read field by field.

import { powerModes } from "../../gateway/power/shift-governor.ts";
import { defaultRules, readRules } from "../../gateway/probes/rules.ts";
import { buzzRateRange, defaultWearerLimits, strengthLimitRange } from "../../gateway/probes/wearer-limits.ts";
import { shortPlainName } from "../../gateway/wire/plain-name.ts";
import type { Settings } from "../ui/app-model.ts";
import { readJson, type StorageOutcome, type TextStorage } from "./text-storage.ts";

/** More people than a room has. Beyond it, the person who was muted longest ago is not muted any more. */
export const maxMutedPeers = 128;

const sharedKey = "earl-mesh.settings";
const nameKey = (slot: number): string => `earl-mesh.name.${slot}`;

/** Undefined when nothing is left. */
export const cleanName = (text: string): string | undefined => shortPlainName(text) || undefined;

export class SettingsStore {
  readonly #storage: TextStorage;
  readonly #slot: number;

  /** @param slot of the identity, from 1. */
  constructor(storage: TextStorage, slot: number) {
    this.#storage = storage;
    this.#slot = slot;
  }

  load(): Settings {
    const stored = readJson(this.#storage, sharedKey);
    const { isMuted, strengthLimit, buzzesPerTenSeconds, rules, mutedPeers, powerMode } = fieldsOf(stored);
    return {
      name: cleanName(this.#storage.read(nameKey(this.#slot)) ?? "") ?? this.#defaultName(),
      isMuted: isMuted === true,
      strengthLimit: readWhole(strengthLimit, strengthLimitRange) ?? defaultWearerLimits.strengthLimit,
      buzzesPerTenSeconds: readWhole(buzzesPerTenSeconds, buzzRateRange) ?? defaultWearerLimits.buzzesPerTenSeconds,
      rules: rules === undefined ? defaultRules : readRules(rules),
      mutedPeers: Array.isArray(mutedPeers) ? mutedPeers.filter(isGatewayId).slice(-maxMutedPeers) : [],
      powerMode: powerModes.find((mode) => mode === powerMode) ?? "automatic",
    };
  }

  /** Writes what changed, and leaves what another tab wrote meanwhile. */
  save({ name, ...shared }: Partial<Settings>): StorageOutcome {
    const { name: _, ...current } = this.load();
    const outcomes = [
      name === undefined ? "kept" : this.#storage.write(nameKey(this.#slot), name),
      Object.keys(shared).length === 0
        ? "kept"
        : this.#storage.write(sharedKey, JSON.stringify({ ...current, ...shared })),
    ];
    return outcomes.includes("storage-unavailable") ? "storage-unavailable" : "kept";
  }

  #defaultName(): string {
    return this.#slot === 1 ? "Phone" : `Phone ${this.#slot}`;
  }
}

const fieldsOf = (stored: unknown): Partial<Record<string, unknown>> => Object(stored);

const isGatewayId = (value: unknown): value is string => typeof value === "string" && /^[0-9a-f]{32}$/.test(value);

const readWhole = (value: unknown, range: { readonly least: number; readonly most: number }): number | undefined =>
  typeof value === "number" && Number.isInteger(value) && value >= range.least && value <= range.most
    ? value
    : undefined;
