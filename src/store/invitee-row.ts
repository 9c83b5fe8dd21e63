/**
 * An invitee as the core knows it, and as a row. All that says who it is, PIN and number included,
 * is sealed: the database alone does not tell who was invited where.
 */
import type { Insertable, Kysely, Selectable, Updateable } from 'kysely';
import type { CallId, InviteeId } from '../call/identifiers.ts';
import type { Invitee } from '../meeting/invitee.ts';
import type { PinSeal } from './pin-seal.ts';
import type { InviteesTable, Schema } from './schema.ts';

type Person = Pick<
  Invitee,
  'pin' | 'name' | 'organisation' | 'interpreterId' | 'phoneNumber' | 'role' | 'language'
>;
type Settings = Pick<Invitee, 'slowKeys' | 'protectedIdentity' | 'seatKept' | 'mayBeTwoLegs'>;

export type InviteeRow = Selectable<InviteesTable>;

export const inviteeContext = (inviteeId: string, callId: string): string =>
  `invitee ${inviteeId} of ${callId}`;

function parts(invitee: Invitee, seal: PinSeal): Pick<InviteesTable, 'person' | 'settings'> {
  const { pin, name, organisation, interpreterId, phoneNumber, role, language } = invitee;
  const { slowKeys, protectedIdentity, seatKept, mayBeTwoLegs } = invitee;
  // What is not kept can't be found.
  const shown = protectedIdentity ? {} : { name, organisation };
  const person = { pin, ...shown, interpreterId, phoneNumber, role, language };
  const settings: Settings = { slowKeys, protectedIdentity, seatKept, mayBeTwoLegs };
  return {
    person: seal.seal(JSON.stringify(person), inviteeContext(invitee.inviteeId, invitee.callId)),
    settings: JSON.stringify(settings),
  };
}

export const toInviteeRow = (invitee: Invitee, seal: PinSeal): Insertable<InviteesTable> => ({
  invitee_id: invitee.inviteeId,
  call_id: invitee.callId,
  ...parts(invitee, seal),
  created_at: invitee.createdAt,
  updated_at: invitee.updatedAt,
});

export const toInviteeUpdate = (invitee: Invitee, seal: PinSeal): Updateable<InviteesTable> => ({
  ...parts(invitee, seal),
  updated_at: invitee.updatedAt,
});

/** Throws `store/unreadable-pin`: who can't be read is not let in as somebody else. */
export function fromInviteeRow(row: InviteeRow, seal: PinSeal): Invitee {
  const person = JSON.parse(
    seal.open(row.person, inviteeContext(row.invitee_id, row.call_id)),
  ) as Partial<Person> & Pick<Person, 'pin' | 'role'>;
  return {
    inviteeId: row.invitee_id as InviteeId,
    callId: row.call_id as CallId,
    pin: person.pin,
    name: person.name,
    organisation: person.organisation,
    interpreterId: person.interpreterId,
    phoneNumber: person.phoneNumber,
    role: person.role,
    language: person.language,
    ...(JSON.parse(row.settings) as Settings),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Of these meetings, oldest first. */
export const inviteeRows = (
  database: Kysely<Schema>,
  callIds: readonly string[],
): Promise<readonly InviteeRow[]> =>
  database
    .selectFrom('invitees')
    .selectAll()
    .where('call_id', 'in', callIds)
    .orderBy('created_at')
    .orderBy('invitee_id')
    .execute();

/** Those of the meeting whose seats are kept: told without opening what is sealed. */
export async function withKeptSeats(
  database: Kysely<Schema>,
  callId: CallId,
): Promise<readonly Pick<Invitee, 'inviteeId'>[]> {
  const rows = await database
    .selectFrom('invitees')
    .select(['invitee_id', 'settings'])
    .where('call_id', '=', callId)
    .execute();
  return rows
    .filter(({ settings }) => (JSON.parse(settings) as Settings).seatKept)
    .map((row) => ({ inviteeId: row.invitee_id as InviteeId }));
}
