// On a phone the room is a long page: six buttons at the bottom jump to its parts. They are not links, because the
// fragment of the address belongs to the invite.
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { isPart, jumpTo, type PartId, parts } from "./parts.ts";

/** The present part is the one that crosses a line a third down the screen. */
const lineMargin = "-33% 0px -66% 0px";

export const SectionNav = () => {
  const present = useSignal<PartId>("room");
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        const id = entries.find((entry) => entry.isIntersecting)?.target.id.replace("part-", "");
        if (id !== undefined && isPart(id)) present.value = id;
      },
      { rootMargin: lineMargin },
    );
    for (const { id } of parts) {
      const part = document.getElementById(`part-${id}`);
      if (part !== null) observer.observe(part);
    }
    return () => observer.disconnect();
  }, [present]);
  return (
    <nav class="section-nav" aria-label="Parts of the room">
      {parts.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          aria-current={present.value === id ? "true" : undefined}
          onClick={() => jumpTo(id)}
        >
          {label}
        </button>
      ))}
    </nav>
  );
};
