// The rules as sentences that can be edited in place. Their order matters: the first rule that fits decides.
import { useRef } from "preact/hooks";
import { gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import { maxRules, type PatternName, patternNames, type Rule } from "../../gateway/probes/rules.ts";
import type { PeerView } from "./app-model.ts";
import { DownGlyph, PatternBars, RemoveGlyph, UpGlyph } from "./glyphs.tsx";
import { isKnown } from "./known.ts";
import { focusTitle } from "./parts.ts";
import { nameText } from "./words.ts";

const patternTexts: Readonly<Record<PatternName, string>> = {
  short: "short",
  double: "double",
  long: "long",
  pulse: "pulse",
  none: "no buzz",
};

const newRule: Rule = { gesture: "any", from: "anyone", pattern: "short" };

interface Option<T extends string> {
  readonly value: T;
  readonly text: string;
}

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onValue: (value: T) => void;
}

const Choice = <T extends string>({ label, value, options, onValue }: ChoiceProps<T>) => (
  <select
    class="choice"
    aria-label={label}
    value={value}
    onChange={(event) => {
      const chosen = options[event.currentTarget.selectedIndex];
      if (chosen !== undefined) onValue(chosen.value);
    }}
  >
    {options.map((option) => (
      <option key={option.value} value={option.value}>
        {option.text}
      </option>
    ))}
  </select>
);

const gestureOptions: readonly Option<Rule["gesture"]>[] = [
  ...gestureNames.map((name) => ({ value: name, text: name })),
  { value: "any", text: "any movement" },
];

const patternOptions: readonly Option<PatternName>[] = patternNames.map((name) => ({
  value: name,
  text: patternTexts[name],
}));

/** A rule may name a person who is not here now: they stay in the list of choices. */
const senderOptions = (peers: readonly PeerView[], from: string): readonly Option<string>[] => {
  const known = peers.filter(isKnown).map((peer) => ({ value: peer.gatewayId, text: nameText(peer.name) }));
  const isListed = from === "anyone" || known.some((option) => option.value === from);
  const absent = isListed ? [] : [{ value: from, text: `someone not here (${from.slice(0, 6)})` }];
  return [{ value: "anyone", text: "anyone" }, ...known, ...absent];
};

interface RuleRowProps {
  readonly rule: Rule;
  readonly position: number;
  readonly count: number;
  readonly peers: readonly PeerView[];
  readonly onRule: (rule: Rule) => void;
  readonly onMove: (by: 1 | -1) => void;
  readonly onRemove: () => void;
}

const RuleRow = ({ rule, position, count, peers, onRule, onMove, onRemove }: RuleRowProps) => (
  <li class="rule">
    <div class="rule-words">
      <span>When</span>
      <Choice
        label={`Rule ${position}: whose movement`}
        value={rule.from}
        options={senderOptions(peers, rule.from)}
        onValue={(from) => onRule({ ...rule, from })}
      />
      <span>makes</span>
      <Choice
        label={`Rule ${position}: which movement`}
        value={rule.gesture}
        options={gestureOptions}
        onValue={(gesture) => onRule({ ...rule, gesture })}
      />
    </div>
    <div class="rule-effect">
      <span>buzz</span>
      <Choice
        label={`Rule ${position}: which buzz`}
        value={rule.pattern}
        options={patternOptions}
        onValue={(pattern) => onRule({ ...rule, pattern })}
      />
      <PatternBars pattern={rule.pattern} />
      <div class="rule-keys">
        {position > 1 && (
          <button
            type="button"
            class="key key-icon rule-up"
            aria-label={`Move rule ${position} up`}
            onClick={() => onMove(-1)}
          >
            <UpGlyph />
          </button>
        )}
        {position < count && (
          <button
            type="button"
            class="key key-icon rule-down"
            aria-label={`Move rule ${position} down`}
            onClick={() => onMove(1)}
          >
            <DownGlyph />
          </button>
        )}
        <button
          type="button"
          class="key key-icon rule-remove"
          aria-label={`Remove rule ${position}`}
          onClick={onRemove}
        >
          <RemoveGlyph />
        </button>
      </div>
    </div>
  </li>
);

const without = (rules: readonly Rule[], index: number): readonly Rule[] => rules.filter((_, i) => i !== index);

const moved = (rules: readonly Rule[], index: number, by: 1 | -1): readonly Rule[] => {
  const others = without(rules, index);
  return [...others.slice(0, index + by), ...rules.slice(index, index + 1), ...others.slice(index + by)];
};

export interface RulesProps {
  readonly rules: readonly Rule[];
  readonly peers: readonly PeerView[];
  readonly onRules: (rules: readonly Rule[]) => void;
}

/** The focus follows the moved rule: to its button for the same direction, or at an end to the other one. */
const focusMoved = (list: HTMLOListElement | null, index: number, by: 1 | -1): void => {
  const row = list?.children[index];
  const keys = by < 0 ? [".rule-up", ".rule-down"] : [".rule-down", ".rule-up"];
  const key = keys.map((name) => row?.querySelector<HTMLElement>(name)).find((found) => found instanceof HTMLElement);
  key?.focus();
};

export const Rules = ({ rules, peers, onRules }: RulesProps) => {
  const list = useRef<HTMLOListElement>(null);
  return (
    <>
      <p class="hint">
        {rules.length === 0
          ? "No rule: no movement buzzes you."
          : "The first rule that fits decides; where none fits, nothing buzzes."}
      </p>
      <ol ref={list} class="rules">
        {rules.map((rule, i) => (
          <RuleRow
            // A rule has no identity but its place: two may be equal.
            key={i}
            rule={rule}
            position={i + 1}
            count={rules.length}
            peers={peers}
            onRule={(changed) => onRules(rules.map((other, j) => (j === i ? changed : other)))}
            onMove={(by) => {
              onRules(moved(rules, i, by));
              focusMoved(list.current, i + by, by);
            }}
            onRemove={() => {
              onRules(without(rules, i));
              focusTitle("consent");
            }}
          />
        ))}
      </ol>
      {rules.length < maxRules ? (
        <button type="button" class="key" onClick={() => onRules([...rules, newRule])}>
          Add a rule
        </button>
      ) : (
        <p class="hint">There can be {maxRules} rules at most.</p>
      )}
    </>
  );
};
