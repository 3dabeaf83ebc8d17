// A choice of a few values with its label beside it.

export interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly text: string }[];
  readonly onValue: (value: string) => void;
}

export const Choice = ({ label, value, options, onValue }: ChoiceProps) => (
  <label class="labelled">
    <span>{label}</span>
    <select class="choice" value={value} onChange={(event) => onValue(event.currentTarget.value)}>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  </label>
);
