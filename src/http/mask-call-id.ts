/** A call ID as those see it who may not enter the meeting: its last three digits, `••••••789`. */
export const maskCallId = (callId: string): string =>
  /^\d{9}$/.test(callId) ? `••••••${callId.slice(-3)}` : '•••••••••';
