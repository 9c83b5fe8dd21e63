/** Room systems as the API takes and shows them. */
import { z } from 'zod';
import { title } from './field-schemas.ts';

/** Nine digits are a meeting's call ID. */
const address = z
  .string()
  .max(160)
  .regex(/^(?!\d{9}@)[A-Za-z0-9][A-Za-z0-9._-]{0,63}@[A-Za-z0-9.-]+$/, {
    error: 'must be an address such as room-12@meet.example.org, and no call ID',
  })
  .meta({ examples: ['room-12@meet.example.org'] });

export const newRoomSystem = z
  .strictObject({
    address: address.describe('In one of our own domains'),
    name: title.min(1).max(80).nullish().describe('What people call it. Default: the address'),
    password: z
      .string()
      .min(12)
      .max(128)
      .regex(/^[!#-[\]-~]+$/, {
        error: 'must be letters, digits and signs, without spaces and quotes',
      })
      .nullish()
      .describe('Default: one is made'),
    digest: z
      .array(z.enum(['SHA-256', 'MD5']))
      .min(1)
      .nullish()
      .describe('What it is asked for. Default: both; MD5 alone for old devices that give up else'),
  })
  .meta({ id: 'NewRoomSystem' });

const shown = {
  address: z.string(),
  name: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
};

export const shownRoomSystem = z
  .object({
    ...shown,
    registeredUntil: z.string().nullable().describe('Null while it is not registered'),
  })
  .meta({ id: 'RoomSystem' });

export const madeRoomSystem = z
  .object({
    ...shown,
    user: z.string().describe('User name of its digest credentials'),
    realm: z.string(),
    password: z.string().nullable().describe('Shown this once; null where it was given'),
  })
  .meta({ id: 'MadeRoomSystem' });

export const roomSystemList = z.object({ items: z.array(shownRoomSystem) });
