/** Headers of an answer of ours as drachtio-srf takes them. */
import type { SipHeader } from '../message/sip-message.ts';

/**
 * drachtio-srf keeps one value a name and writes it down as it is: a second header of the same name,
 * such as another challenge, is a second line in the first one's value.
 */
export const responseHeaders = (
  headers: readonly SipHeader[],
): Readonly<Record<string, string>> => {
  const values = Object.groupBy(headers, ({ name }) => name);
  return Object.fromEntries(
    Object.entries(values).map(([name, group = []]) => [
      name,
      group.map(({ value }) => value).join(`\r\n${name}: `),
    ]),
  );
};
