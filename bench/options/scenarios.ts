// The scenarios: the question of each, which members take part, and its defaults. In the scenarios with one gateway
// `phones` counts the phones around it, as in the thesis; in a mesh it counts all.

import type { ModeName } from "../modes/modes.ts";
import { outputs } from "../roles/commander.ts";
import type { RoleSpec } from "../roles/crew.ts";

export const scenarioNames = ["floor", "forward", "mux", "demux", "both", "mesh", "join", "soak"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

export interface ScenarioDefaults {
  readonly phones: number;
  readonly probes: number;
  readonly hz: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly sliceSeconds: number;
  readonly gesturesPerMinute: number;
  readonly modes: readonly ModeName[];
}

/** One gateway under test with its partners, or everybody with everybody. */
export type Cast =
  | { readonly kind: "mesh" }
  | {
      readonly kind: "star";
      readonly hub: (phones: number) => readonly RoleSpec[];
      readonly spoke: readonly RoleSpec[];
      /** Whether there is a member that receives what the hub sends. */
      readonly hasReceiver: boolean;
    };

export interface Scenario {
  readonly asks: string;
  readonly defaults: ScenarioDefaults;
  readonly cast: Cast;
}

const allModes: readonly ModeName[] = ["floor", "per-message", "thesis", "earl-mesh"];
const thesisLoad = { probes: 1, hz: 4, bytes: 100, gesturesPerMinute: 0 };
const usualLength = { seconds: 30, sliceSeconds: 10 };

/** Newcomers of the scenario `join`. */
export const newcomers = 5;

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  floor: {
    asks: "what the transport alone costs: two phones, raw DataChannel messages",
    defaults: { phones: 2, probes: 1, hz: 4, bytes: 40, gesturesPerMinute: 60, modes: ["floor"], ...usualLength },
    cast: { kind: "mesh" },
  },
  forward: {
    asks: "a gesture of each phone, through the gateway under test, to a band behind it (thesis 3.3–3.6)",
    defaults: { ...thesisLoad, phones: 25, modes: allModes, ...usualLength },
    cast: {
      kind: "star",
      hub: () => [{ kind: "band-hub", bands: 1, isFar: true }],
      spoke: [{ kind: "waver" }],
      hasReceiver: true,
    },
  },
  mux: {
    asks: "the wearables of N phones through the gateway under test to one receiver (thesis 3.7–3.9)",
    defaults: { ...thesisLoad, phones: 49, modes: allModes, ...usualLength },
    cast: {
      kind: "star",
      hub: (phones) => [{ kind: "mux-hub", devices: phones }],
      spoke: [{ kind: "device" }],
      hasReceiver: true,
    },
  },
  demux: {
    asks: "aggregates of ten from each of N phones to ten bands of the gateway under test (thesis 3.10–3.12)",
    defaults: { ...thesisLoad, phones: 40, modes: allModes, ...usualLength },
    cast: {
      kind: "star",
      hub: () => [{ kind: "band-hub", bands: outputs, isFar: false }],
      spoke: [{ kind: "commander" }],
      hasReceiver: false,
    },
  },
  both: {
    asks: "mux and demux at once, in both directions (the thesis's future work)",
    defaults: { ...thesisLoad, phones: 20, modes: allModes, ...usualLength },
    cast: {
      kind: "star",
      hub: (phones) => [
        { kind: "mux-hub", devices: phones },
        { kind: "band-hub", bands: outputs, isFar: false },
      ],
      spoke: [{ kind: "device" }, { kind: "commander" }],
      hasReceiver: true,
    },
  },
  mesh: {
    asks: "a full mesh: all phones have probes, and every phone wants all samples",
    defaults: { phones: 10, probes: 10, hz: 4, bytes: 40, gesturesPerMinute: 12, modes: allModes, ...usualLength },
    cast: { kind: "mesh" },
  },
  join: {
    asks: `how ${newcomers} newcomers change the delay of the phones that are already there`,
    defaults: {
      phones: 10,
      probes: 1,
      hz: 4,
      bytes: 40,
      gesturesPerMinute: 60,
      modes: ["earl-mesh"],
      seconds: 10,
      sliceSeconds: 10,
    },
    cast: { kind: "mesh" },
  },
  soak: {
    asks: "the mesh of the product for an hour or more",
    defaults: {
      phones: 10,
      probes: 4,
      hz: 4,
      bytes: 40,
      gesturesPerMinute: 12,
      modes: ["earl-mesh"],
      seconds: 3600,
      sliceSeconds: 60,
    },
    cast: { kind: "mesh" },
  },
};
