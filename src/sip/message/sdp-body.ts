/** The session description in a message, alone or as one part of several. RFC 3261 §7.4, RFC 5621 */
import { trimLws } from './grammar.ts';
import { contentType, header, parseContentType } from './message-headers.ts';
import type { ContentType } from './message-headers.ts';
import type { SipMessage } from './sip-message.ts';

const maxDepth = 3;

/** The text of the first application/sdp, or undefined where there is none to be read. */
export const sdpBodyOf = (message: SipMessage): string | undefined => {
  const encoding = header(message, 'Content-Encoding')?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' || message.body.length === 0) return undefined;
  // Latin-1 keeps every octet of binary parts apart while boundaries are looked for.
  return findSdp(message.body.toString('latin1'), contentType(message), 0);
};

const findSdp = (
  body: string,
  type: ContentType | undefined,
  depth: number,
): string | undefined => {
  if (type?.mediaType === 'application/sdp') return Buffer.from(body, 'latin1').toString('utf8');
  const boundary = type?.params.get('boundary');
  if (!type?.mediaType.startsWith('multipart/') || !boundary || depth === maxDepth)
    return undefined;
  for (const part of partsOf(body, boundary)) {
    const found = findSdp(part.body, part.type, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
};

interface BodyPart {
  readonly type: ContentType | undefined;
  readonly body: string;
}

/** The parts between boundary lines, preamble and epilogue left out. RFC 2046 §5.1.1 */
const partsOf = (body: string, boundary: string): readonly BodyPart[] => {
  const chunks = `\n${body}`.split(`\n--${boundary}`);
  const last = chunks.findIndex((chunk, at) => at > 0 && chunk.startsWith('--'));
  return chunks.slice(1, last < 0 ? chunks.length : last).flatMap((chunk) => {
    // After the boundary only padding may stand on its line; else it was a longer boundary's.
    const text = /^[ \t]*\r?\n/.exec(chunk);
    return text ? [readPart(chunk.slice(text[0].length).replace(/\r$/, ''))] : [];
  });
};

const readPart = (text: string): BodyPart => {
  const empty = /^\r?\n|\r?\n\r?\n/.exec(text);
  if (!empty) return { type: undefined, body: '' };
  const fields = text
    .slice(0, empty.index)
    .replace(/\r?\n[ \t]+/g, ' ')
    .split(/\r?\n/);
  const value = (name: string): string | undefined => {
    const field = fields.find((line) => line.toLowerCase().startsWith(`${name}:`));
    return field === undefined ? undefined : trimLws(field.slice(name.length + 1));
  };
  const plain = /^(?:7bit|8bit|binary)$/i.test(value('content-transfer-encoding') ?? 'binary');
  const type = plain ? parseContentType(value('content-type') ?? 'text/plain') : undefined;
  return { type, body: text.slice(empty.index + empty[0].length) };
};
