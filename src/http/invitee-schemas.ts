/** Invitees as the API takes and shows them. */
import { z } from 'zod';
import { languages } from '../ivr/language.ts';
import { roles } from '../meeting/invitee.ts';
import { normalisePhoneNumber } from '../meeting/phone-number.ts';
import { pin, title } from './field-schemas.ts';

const phoneNumber = z
  .string()
  .max(40)
  .refine((text) => normalisePhoneNumber(text) !== undefined, {
    error: 'must be an international number such as +46701234567',
  })
  .meta({ examples: ['+46701234567'] });

const role = z.enum(roles).describe('relay: speaks for somebody; assistant: helps one');

/** `null` is the same as leaving a field out: its default. */
const settings = {
  name: title.min(1).max(100).nullish().describe('Shown in the room in place of “Phone 1”'),
  organisation: title.min(1).max(100).nullish(),
  role: role.nullish().describe('Default: guest'),
  interpreterId: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,20}$/, { error: 'must be 1 to 20 letters and digits' })
    .nullish()
    .describe('Shown in place of a name'),
  language: z.enum(languages).nullish(),
  slowKeys: z.boolean().nullish().describe('20 s between keys. Default: false'),
  phoneNumber: phoneNumber.nullish().describe('Says who probably calls; lets nobody in'),
  protectedIdentity: z
    .boolean()
    .nullish()
    .describe('Neither name nor number is shown to anybody, here included; no name is kept'),
  seatKept: z
    .boolean()
    .nullish()
    .describe('A seat stays free. Default: true for hosts and interpreters'),
  mayBeTwoLegs: z
    .boolean()
    .nullish()
    .describe('A second call leaves the first alone. Default: true for relay and assistant'),
};

export const newInvitee = z
  .strictObject({
    ...settings,
    pin: pin.nullish().describe('As long as the other PINs of the meeting. Default: a random one'),
  })
  .meta({ id: 'NewInvitee' });

export const inviteeChanges = z
  .strictObject({ ...settings, pin: pin.optional() })
  .meta({ id: 'InviteeChanges', description: '`null` puts a field back to its default' });

export const shownInvitee = z
  .object({
    inviteeId: z.string(),
    pin: z.string(),
    name: z.string().nullable(),
    organisation: z.string().nullable(),
    role: z.enum(roles),
    interpreterId: z.string().nullable(),
    language: z.enum(languages).nullable(),
    slowKeys: z.boolean(),
    phoneNumber: z.string().nullable().describe('Masked; null where the identity is protected'),
    protectedIdentity: z.boolean(),
    seatKept: z.boolean(),
    mayBeTwoLegs: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Invitee' });

export const inviteeList = z
  .object({ items: z.array(shownInvitee), nextCursor: z.null() })
  .meta({ id: 'InviteeList' });

export type NewInvitee = z.infer<typeof newInvitee>;
export type InviteeFields = z.infer<typeof inviteeChanges>;
export type ShownInvitee = z.infer<typeof shownInvitee>;
