// A name that can be changed in place: a text field that looks like text. Enter or leaving the field keeps the change,
// Escape cancels it. The field is not bound to the name, so that other changes on the page do not undo half a word.
import { useLayoutEffect, useRef } from "preact/hooks";

/** A name has 64 bytes on the wire (docs/protocol.md §2.2); the gateway cuts longer names in other alphabets. */
const maxNameLength = 64;

export interface NameFieldProps {
  readonly label: string;
  readonly name: string;
  readonly placeholder?: string;
  readonly onName: (name: string) => void;
}

export const NameField = ({ label, name, placeholder, onName }: NameFieldProps) => {
  const input = useRef<HTMLInputElement>(null);
  const show = () => {
    if (input.current !== null) input.current.value = name;
  };
  useLayoutEffect(() => {
    if (document.activeElement !== input.current) show();
  });
  const keep = () => {
    const wanted = input.current?.value.trim() ?? "";
    if (wanted !== "" && wanted !== name) onName(wanted);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") show();
    if (event.key === "Escape" || event.key === "Enter") input.current?.blur();
  };
  return (
    <input
      ref={input}
      class="name-field"
      aria-label={label}
      placeholder={placeholder ?? ""}
      maxLength={maxNameLength}
      autocomplete="off"
      spellcheck={false}
      onChange={keep}
      onBlur={show}
      onKeyDown={onKeyDown}
    />
  );
};
