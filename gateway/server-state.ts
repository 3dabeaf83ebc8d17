// How the line to the signaling server is: said by what keeps the line (web/mesh), shown by the page (web/ui), which do
// not know each other.

export type ServerState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  /**
   * Since the last contact, or the first try, failed. The mesh goes on and the server is tried again; only newcomers
   * have to wait.
   */
  | { readonly kind: "away"; readonly retryAtMs: number };
