// A button for what cannot be undone: the first press asks, the second does it, and leaving the button cancels.
import { useSignal } from "@preact/signals";

export interface ConfirmButtonProps {
  readonly label: string;
  /** Screen readers read it in place of the label: it names what the button is about. */
  readonly name: string;
  readonly question: string;
  readonly onConfirm: () => void;
}

export const ConfirmButton = ({ label, name, question, onConfirm }: ConfirmButtonProps) => {
  const isAsking = useSignal(false);
  const press = () => {
    if (isAsking.value) onConfirm();
    isAsking.value = !isAsking.value;
  };
  const calm = () => {
    isAsking.value = false;
  };
  return (
    <button
      type="button"
      class={isAsking.value ? "key key-quiet is-asking" : "key key-quiet"}
      aria-label={isAsking.value ? `${question} ${name}` : name}
      onClick={press}
      onBlur={calm}
    >
      {isAsking.value ? question : label}
    </button>
  );
};
