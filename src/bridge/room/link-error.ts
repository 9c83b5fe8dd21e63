/** Codes that say more than a `RoomLeftReason`, for the log and the record. */
export type LinkErrorCode =
  /** The server has no `/rtc/v1`: it is older than single-peer-connection signalling. */
  | 'room/server-too-old'
  /** The server refused the token (401 or 403), also after a fresh one. */
  | 'room/token-refused'
  /** The server is set not to make rooms on demand, and this one does not exist. */
  | 'room/no-such-room'
  /** Nothing could be reached within the time to join. */
  | 'room/unreachable'
  /** The address of the server is not a ws, wss, http or https URL. */
  | 'room/bad-url';
