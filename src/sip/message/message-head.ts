/** From bytes to a start line and header fields: lines, folding, names. RFC 3261 §7.3.1 */
import { isToken, trimLws } from './grammar.ts';
import { canonicalHeaderName } from './header-names.ts';
import type { SipParseErrorCode } from './sip-parse-error.ts';
import type { SipHeader } from './sip-message.ts';

/** What a message may cost us, before anything is known of its sender. */
export const messageLimits = { messageBytes: 65_536, lineBytes: 8_192, headerCount: 256 } as const;

export interface HeadProblem {
  readonly code: SipParseErrorCode;
  readonly reason: string;
}

export interface MessageHead {
  readonly startLine: string;
  /** The fields that could be read, even where there is a problem. */
  readonly headers: readonly SipHeader[];
  /** The first thing that is wrong, if anything is. */
  readonly problem: HeadProblem | undefined;
}

/**
 * The index just after the empty line that ends the head, or -1. A bare LF ends a line too: some
 * senders use it, and no header value can hold one. `from` is where the last search gave up.
 */
export const endOfHead = (bytes: Buffer, from = 0): number => {
  for (let lf = bytes.indexOf(10, from); lf >= 0; lf = bytes.indexOf(10, lf + 1)) {
    if (bytes[lf + 1] === 10) return lf + 2;
    if (bytes[lf + 1] === 13 && bytes[lf + 2] === 10) return lf + 3;
  }
  return -1;
};

/** Reads what is there and notes the first problem, so that a bad request can still be answered. */
export const readHead = (head: Buffer): MessageHead => {
  const lines = unfold(head);
  const [startLine = '', ...fieldLines] = lines;
  const headers: SipHeader[] = [];
  let problem = lineProblem(lines);
  for (const line of fieldLines.slice(0, messageLimits.headerCount)) {
    // Nothing is read of a line that is too long: what reads values counts on the limit.
    const field = line.length > messageLimits.lineBytes ? undefined : readField(line);
    if (field) headers.push(field);
    else problem ??= { code: 'sip/bad-header', reason: 'Malformed header line' };
  }
  return { startLine, headers, problem };
};

/** Logical lines: folded ones joined by one space, empty ones left out. */
const unfold = (head: Buffer): readonly string[] => {
  const lines: string[] = [];
  for (const line of physicalLines(head)) {
    const last = lines.at(-1);
    if (lines.length > 1 && last !== undefined && /^[ \t]/.test(line)) {
      lines[lines.length - 1] = `${last} ${trimLws(line)}`;
    } else if (line !== '') lines.push(line);
  }
  return lines;
};

/**
 * Lines without their ends. SIP is UTF-8; older exchanges send names in Latin-1, and a line that
 * is no UTF-8 is better read as that than a call refused.
 */
const physicalLines = (head: Buffer): readonly string[] => {
  const whole = asUtf8(head);
  const lines =
    whole?.split('\n') ??
    // Latin-1 has one character an octet: cut first, then read each line.
    head
      .toString('latin1')
      .split('\n')
      .map((line) => asUtf8(Buffer.from(line, 'latin1')) ?? line);
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
};

const asUtf8 = (octets: Buffer): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return undefined;
  }
};

const lineProblem = (lines: readonly string[]): HeadProblem | undefined => {
  if (lines.some((line) => line.length > messageLimits.lineBytes)) {
    return { code: 'sip/line-too-long', reason: 'Header line too long' };
  }
  if (lines.length - 1 > messageLimits.headerCount) {
    return { code: 'sip/too-many-headers', reason: 'Too many headers' };
  }
  // A bare CR ends the line for some readers and not for others: a way to smuggle headers.
  if (lines.some((line) => line.includes('\r'))) {
    return { code: 'sip/bad-header', reason: 'Bare carriage return' };
  }
  return undefined;
};

const readField = (line: string): SipHeader | undefined => {
  const colon = line.indexOf(':');
  const name = trimLws(line.slice(0, Math.max(colon, 0)));
  if (!isToken(name) || /^[ \t]/.test(line)) return undefined;
  return { name: canonicalHeaderName(name), value: trimLws(line.slice(colon + 1)) };
};
