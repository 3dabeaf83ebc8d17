// Inputs that are almost right, which get further into a decoder than noise: valid ones with bytes, characters or
// fields turned, cut, doubled and moved.
import fc from "fast-check";
import { concatBytes } from "../../firmware-bridge/frames/bytes.ts";

interface Turn {
  readonly kind: "set" | "insert" | "cut" | "double" | "extreme";
  readonly at: number;
  readonly value: number;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  kind: fc.constantFrom<Turn["kind"][]>("set", "insert", "cut", "double", "extreme"),
  at: fc.nat(),
  value: fc.integer({ min: 0, max: 255 }),
});

/** Varints at and beyond every limit. */
const extremes: readonly Uint8Array[] = [
  Uint8Array.of(0),
  Uint8Array.of(0x80, 0),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f),
];

const turned = (bytes: Uint8Array, { kind, at, value }: Turn): Uint8Array => {
  const place = bytes.length === 0 ? 0 : at % bytes.length;
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (kind) {
    case "set":
      return concatBytes(before, Uint8Array.of(value), after.subarray(1));
    case "insert":
      return concatBytes(before, Uint8Array.of(value), after);
    case "cut":
      return concatBytes(before, after.subarray(value));
    case "double":
      return concatBytes(before, after.subarray(0, value), after);
    case "extreme":
      return concatBytes(before, extremes[value % extremes.length] ?? new Uint8Array(), after.subarray(1));
  }
};

/** One in four is noise. */
export const mutatedBytes = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    {
      weight: 3,
      arbitrary: fc.tuple(valid, fc.array(turn, { maxLength: 4 })).map(([bytes, turns]) => turns.reduce(turned, bytes)),
    },
  );

/** Any character, those that JSON and URLs give a meaning more often than others. */
const character = fc.oneof(
  fc.constantFrom(..."{}[]\":,\\/?#&=%+-._~\0\r\n\t '<>\u2028\u202e\ufeff"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
);

export const mutatedText = (valid: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
    {
      weight: 3,
      arbitrary: fc.tuple(valid, fc.array(fc.tuple(turn, character), { maxLength: 4 })).map(([text, turns]) =>
        turns.reduce((changed, [{ kind, at, value }, inserted]) => {
          const place = changed.length === 0 ? 0 : at % changed.length;
          const [before, after] = [changed.slice(0, place), changed.slice(place)];
          if (kind === "cut") return before + after.slice(value % 40);
          if (kind === "double") return before + after.slice(0, value % 40) + after;
          return before + inserted + after.slice(kind === "insert" ? 0 : 1);
        }, text),
      ),
    },
  );

/** What `JSON.parse` may give: fields of every type, names from the prototype among them. */
const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown[]>("x".repeat(70_000), 1e308, -0, [], {}, JSON.parse('{"__proto__":{"type":"OPEN"}}')),
);

/** A valid value with some of its fields, at any depth, replaced by anything or taken away. */
export const mutatedJson = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 1, arbitrary: anyJson },
    {
      weight: 3,
      arbitrary: fc
        .tuple(valid, fc.array(fc.tuple(fc.nat(), fc.option(anyJson, { nil: undefined })), { maxLength: 3 }))
        .map(([value, changes]) => changes.reduce<unknown>((changed, [at, to]) => withChange(changed, at, to), value)),
    },
  );

/** The `at`th field in the order of a walk; undefined: it is taken away. */
const withChange = (value: unknown, at: number, to: unknown): unknown => {
  const copy: unknown = structuredClone(value);
  const places: (readonly [Record<string, unknown>, string])[] = [];
  const walk = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const key of Object.keys(node)) {
      const holder = node as Record<string, unknown>;
      places.push([holder, key]);
      walk(holder[key]);
    }
  };
  walk(copy);
  const place = places[at % Math.max(1, places.length)];
  if (place === undefined) return to;
  const [holder, key] = place;
  if (to === undefined) delete holder[key];
  else holder[key] = to;
  return copy;
};
