// The ways to share the invite: the code, the link, the phone's share sheet, and a second tab on this computer.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RoomView } from "./app-model.ts";
import { ConfirmButton } from "./confirm-button.tsx";
import { errorTexts } from "./errors.ts";
import { Notices } from "./notices.tsx";
import type { AppProps } from "./props.ts";
import { QrCode } from "./qr-code.tsx";

const copiedShownMs = 4000;

/** The same page with the invite's fragment: on one computer that works for any host in the invite. */
const secondTabHref = (inviteUrl: string): string => inviteUrl.slice(Math.max(0, inviteUrl.indexOf("#")));

export const SecondTabLink = ({ room, label }: { room: RoomView; label: string }) => (
  <a class="key" href={secondTabHref(room.inviteUrl)} target="_blank" rel="noopener">
    {label}
  </a>
);

/** Shows whether it worked. Where the browser refuses to copy, a person can still select the link in the dialog. */
export const CopyInvite = ({ actions }: Pick<AppProps, "actions">) => {
  const outcome = useSignal<"copied" | "refused" | undefined>(undefined);
  useEffect(() => {
    if (outcome.value === undefined) return;
    const timer = setTimeout(() => {
      outcome.value = undefined;
    }, copiedShownMs);
    return () => clearTimeout(timer);
  }, [outcome.value, outcome]);
  const copy = async () => {
    outcome.value = (await actions.copyInvite()) ? "copied" : "refused";
  };
  return (
    <>
      <button type="button" class="key" onClick={copy}>
        {outcome.value === "copied" ? "Copied" : "Copy link"}
      </button>
      <span class="for-readers" role="status">
        {outcome.value === "copied" && "The invite is copied."}
        {outcome.value === "refused" && "The browser did not copy the invite. Open Invite and copy the link by hand."}
      </span>
      {outcome.value === "refused" && <span class="hint">Not copied: select the link and copy it by hand.</span>}
    </>
  );
};

export const ShareInvite = ({ model, actions }: AppProps) =>
  model.platform.share ? (
    <button type="button" class="key" onClick={() => actions.shareInvite()}>
      Share …
    </button>
  ) : null;

/**
 * On the computer that runs the server, this is normal. On any other it shows when a server lies about its address.
 */
export const InviteElsewhere = ({ room }: { room: RoomView }) =>
  room.inviteElsewhere === undefined ? null : (
    <p class="hint">
      The invite leads to <strong>{room.inviteElsewhere}</strong>, not to the address of this page.
    </p>
  );

export const InviteProblem = ({ room }: { room: RoomView }) =>
  room.inviteProblem === undefined ? null : (
    <p class="caution">
      {errorTexts[room.inviteProblem].sentence} {errorTexts[room.inviteProblem].remedy}
    </p>
  );

export const InviteDialog = ({ model, actions, room, onClose }: AppProps & { room: RoomView; onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
    title.current?.focus();
  }, []);
  const close = () => dialog.current?.close();
  const closeOnBackdrop = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes by Escape of itself; the click is for its backdrop.
    <dialog
      ref={dialog}
      class="invite-dialog"
      aria-labelledby="invite-title"
      onClose={onClose}
      onClick={closeOnBackdrop}
    >
      {/* A modal dialog makes the page behind it inert, its notices too: a problem in here must be shown in here. */}
      <Notices model={model} actions={actions} />
      <div class="invite-body">
        <h2 ref={title} id="invite-title" tabIndex={-1}>
          Invite to {room.label}
        </h2>
        <InviteProblem room={room} />
        <QrCode text={room.inviteUrl} label="Invite as a QR code" />
        <InviteElsewhere room={room} />
        <p class="hint">Scan it with another phone's camera. Anybody who has this link can come in.</p>
        <input
          class="field"
          aria-label="Invite link"
          readOnly
          value={room.inviteUrl}
          onFocus={(event) => event.currentTarget.select()}
        />
        <div class="keys">
          <CopyInvite actions={actions} />
          <ShareInvite model={model} actions={actions} />
          <SecondTabLink room={room} label="Open in a second tab" />
        </div>
        {!model.platform.share && (
          <p class="hint">This browser cannot share the invite with another app: copy the link instead.</p>
        )}
        <div class="keys">
          <ConfirmButton
            label="Change the room key"
            name="Change the room key"
            question="Really change it?"
            onConfirm={() => {
              actions.changeRoomKey();
              close();
            }}
          />
        </div>
        <p class="hint">With a new room key, everybody who is here stays, and all older invites stop working.</p>
        <button type="button" class="key key-strong" onClick={close}>
          Done
        </button>
      </div>
    </dialog>
  );
};
