// The page without a room: what it is for, and the three ways in: a new room, an invite, a room from before.
import type { ReadonlySignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import type { RememberedRoom, StartActions, StartModel } from "./app-model.ts";
import { ConfirmButton } from "./confirm-button.tsx";
import { placeAt } from "./dial-geometry.ts";
import { OpenGlyph } from "./glyphs.tsx";

export interface StartProps {
  readonly model: StartModel;
  readonly actions: StartActions;
  /** Whether the person waits for a room that the page cannot open yet. */
  readonly isWaiting?: ReadonlySignal<boolean> | undefined;
}

const dateFormat = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long" });

/** Anything may stand in the storage: what is not a date is not shown. */
const lastUsedText = (lastUsedAt: string): string => {
  const date = new Date(lastUsedAt);
  return Number.isNaN(date.getTime()) ? "" : `last used ${dateFormat.format(date)}`;
};

const InviteForm = ({ actions }: Pick<StartProps, "actions">) => {
  const input = useRef<HTMLInputElement>(null);
  const open = (event: SubmitEvent) => {
    event.preventDefault();
    const text = input.current?.value.trim() ?? "";
    if (text === "") input.current?.focus();
    else actions.openInvite(text);
  };
  return (
    <form class="invite-form" onSubmit={open}>
      <label class="label" for="invite-text">
        Or open an invite
      </label>
      <div class="joined">
        <input
          ref={input}
          id="invite-text"
          class="field"
          placeholder="Paste the link or its key"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
        />
        <button type="submit" class="key">
          Open
        </button>
      </div>
    </form>
  );
};

const RememberedRow = ({ room, actions }: { room: RememberedRoom } & Pick<StartProps, "actions">) => (
  <li class="remembered-row">
    <button type="button" class="remembered-open" onClick={() => actions.openRemembered(room.roomId)}>
      <span class="remembered-text">
        <bdi class="remembered-name">{room.label}</bdi>
        <span class="hint">{lastUsedText(room.lastUsedAt)}</span>
      </span>
      <OpenGlyph />
    </button>
    <ConfirmButton
      label="Forget"
      name={`Forget ${room.label}`}
      question="Really forget?"
      onConfirm={() => actions.forgetRoom(room.roomId)}
    />
  </li>
);

const RememberedRooms = ({ model, actions }: StartProps) => {
  const rooms = model.rememberedRooms.value;
  if (rooms.length === 0) return null;
  return (
    <section class="remembered" aria-labelledby="remembered-title">
      <h2 id="remembered-title" class="label">
        Rooms on this device
      </h2>
      <ul>
        {rooms.map((room) => (
          <RememberedRow key={room.roomId} room={room} actions={actions} />
        ))}
      </ul>
    </section>
  );
};

const pictureSeats = 7;

/** Decoration: a wave goes out from the hub of a dial and reaches the ring. */
const Picture = () => (
  <svg class="start-picture" viewBox="0 0 100 100" aria-hidden="true">
    <circle class="dial-plate" cx="50" cy="50" r="44" />
    <circle class="dial-ticks" cx="50" cy="50" r="42.6" pathLength={120} />
    <circle class="dial-ring" cx="50" cy="50" r="44" />
    <circle class="start-wave" cx="50" cy="50" r="44" />
    <circle class="start-wave start-wave-late" cx="50" cy="50" r="44" />
    {Array.from({ length: pictureSeats }, (_, i) => {
      const place = placeAt(i / pictureSeats, 44);
      return <circle key={i} class="start-seat" cx={place.x} cy={place.y} r="3.4" />;
    })}
    <circle class="start-hub" cx="50" cy="50" r="7" />
  </svg>
);

export const Start = ({ model, actions, isWaiting }: StartProps) => (
  <div class="start">
    <header class="start-brand">
      <Mark />
      Earl Mesh
    </header>
    <Picture />
    <main class="start-main">
      <h1>Move your arm, and the others’ wrists buzz.</h1>
      <p class="lead">
        This page connects your Bluetooth band with the bands of everybody else in the room. There is no app to install,
        and your gestures do not pass through a server.
      </p>
      <button type="button" class="key key-strong key-large" onClick={() => actions.createRoom()}>
        Create a room
      </button>
      <p class="hint" role="status">
        {isWaiting?.value === true && "The room opens as soon as the rest of the page is loaded."}
      </p>
      <InviteForm actions={actions} />
      <RememberedRooms model={model} actions={actions} />
      {model.rememberedRooms.value.length === 0 && (
        <p class="hint">No band at hand? A simulated band and two tabs on one computer are enough to try it.</p>
      )}
    </main>
  </div>
);

export const Mark = () => (
  <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
    <circle class="mark-ring" cx="12" cy="12" r="9.5" />
    <circle class="mark-hub" cx="12" cy="12" r="4.5" />
  </svg>
);
