/** IDs of audit entries: they sort by time, and what one maker made in one millisecond by order. */
import { randomBytes } from 'node:crypto';

const timeCharacters = 9;
const sequenceCharacters = 7;

export function createAuditIds(): (at: number) => string {
  let sequence = 0;
  return (at) => {
    sequence += 1;
    const time = at.toString(36).padStart(timeCharacters, '0');
    const order = sequence.toString(36).padStart(sequenceCharacters, '0');
    return `${time}${order}${randomBytes(4).toString('hex')}`;
  };
}
