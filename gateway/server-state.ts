// The state of the connection to the signaling server. Neighbours: web/mesh keeps the connection and reports the state,
// web/ui shows it; the two do not know each other.

export type ServerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  /**
   * The last contact, or the first try, has failed. The mesh goes on and the page tries again; only newcomers have to
   * wait.
   */
  | { readonly kind: "away"; readonly retryAtMs: number };
