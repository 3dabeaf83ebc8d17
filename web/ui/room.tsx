// The page in a room: the dial, my bands, the other people, what their gestures may do to me, what happened, and the
// figures.
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { RoomView } from "./app-model.ts";
import { createBuzzes } from "./buzzes.ts";
import { Consent } from "./consent.tsx";
import { Dial } from "./dial.tsx";
import { Figures } from "./figures.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { CopyInvite, InviteDialog, InviteElsewhere, InviteProblem, ShareInvite } from "./invite.tsx";
import { isKnown } from "./known.ts";
import { Log } from "./log.tsx";
import { NameField } from "./name-field.tsx";
import { jumpTo } from "./parts.ts";
import { People } from "./people.tsx";
import { Power } from "./power.tsx";
import { Probes } from "./probes.tsx";
import type { AppProps } from "./props.ts";
import { SectionNav } from "./section-nav.tsx";
import { Mark } from "./start.tsx";
import { StatusLine } from "./status-line.tsx";

const MuteKey = ({ model, actions }: AppProps) => {
  const { isMuted } = model.settings.value;
  return (
    <button type="button" class={isMuted ? "key key-on" : "key"} onClick={() => actions.setMuted(!isMuted)}>
      {isMuted ? "Unmute my bands" : "Mute my bands"}
    </button>
  );
};

interface RoomHeaderProps extends AppProps {
  readonly room: RoomView;
  readonly onInvite: () => void;
  readonly onFigures: () => void;
}

const RoomHeader = ({ model, actions, room, onInvite, onFigures }: RoomHeaderProps) => (
  <header class="room-header">
    <Mark />
    <h1>
      <bdi>{room.label}</bdi>
    </h1>
    <div class="me">
      <span class="me-label">You are</span>
      <NameField label="Your name" name={model.settings.value.name} placeholder="Your name" onName={actions.setName} />
      <MuteKey model={model} actions={actions} />
    </div>
    <div class="keys">
      <button type="button" class="key" onClick={onInvite}>
        Invite
      </button>
      <button type="button" class="key desk-only" onClick={onFigures}>
        Figures
      </button>
      <button type="button" class="key key-quiet" onClick={() => actions.leaveRoom()}>
        Leave
      </button>
    </div>
  </header>
);

/** Under the dial while nobody else is here; the invite's code is in the middle of the dial. */
const Alone = ({ model, actions, room }: AppProps & { room: RoomView }) => (
  <div class="alone">
    <p>Nobody else is here yet. Let them scan the code, or send them the link.</p>
    <InviteElsewhere room={room} />
    <InviteProblem room={room} />
    <div class="keys">
      <CopyInvite actions={actions} />
      <ShareInvite model={model} actions={actions} />
    </div>
  </div>
);

export const Room = ({ model, actions, room }: AppProps & { room: RoomView }) => {
  const buzzes = useMemo(() => createBuzzes(actions), [actions]);
  const isInviting = useSignal(false);
  const areFiguresOpen = useSignal(false);
  const isAlone = !model.peers.value.some(isKnown);
  return (
    <div class="room">
      <RoomHeader
        model={model}
        actions={actions}
        room={room}
        onInvite={() => {
          isInviting.value = true;
        }}
        onFigures={() => {
          if (areFiguresOpen.value) jumpTo("figures");
          areFiguresOpen.value = true;
        }}
      />
      <SectionNav />
      <main>
        <div class="room-main">
          <section id="part-room" class="part part-dial" aria-labelledby="room-title">
            <h2 id="room-title" class="for-readers" tabIndex={-1}>
              Room
            </h2>
            <Dial model={model} room={room} buzzes={buzzes} />
            {isAlone && <Alone model={model} actions={actions} room={room} />}
            <Power model={model} actions={actions} />
          </section>
          <div class="room-column">
            <FirstSteps model={model} actions={actions} room={room} />
            <Probes model={model} actions={actions} />
            <People model={model} actions={actions} buzzes={buzzes} />
          </div>
          <div class="room-column">
            <Consent model={model} actions={actions} />
            <Log model={model} />
          </div>
        </div>
        <Figures actions={actions} isOpen={areFiguresOpen} />
      </main>
      <StatusLine model={model} />
      {isInviting.value && !model.isDark.value && (
        <InviteDialog
          model={model}
          actions={actions}
          room={room}
          onClose={() => {
            isInviting.value = false;
          }}
        />
      )}
    </div>
  );
};
