/** Epoch milliseconds as the API shows them: RFC 3339, in UTC. */
export const asText = (time: number): string => new Date(time).toISOString();

export const textOrNull = (time: number | undefined): string | null =>
  time === undefined ? null : asText(time);
