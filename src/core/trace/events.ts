/** Every event that a trace can show, one variant each; `format.ts` puts them into MIT's words. No event carries a key or a password. */
export type TraceEvent =
  | { readonly event: 'resolving-host'; readonly host: string }
  | { readonly event: 'sending-request'; readonly bytes: number; readonly realm: string; readonly tcpOnly: boolean }
