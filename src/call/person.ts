/** How a caller is shown to the others: by which name, and how sure that is. */
import type { Language } from '../ivr/language.ts';
import type { Identification } from '../meeting/identify.ts';
import type { Invitee, Role } from '../meeting/invitee.ts';

export interface ShownPerson {
  /** In the room and to hosts. Never logged. */
  readonly name: string;
  readonly role: Role;
  readonly identification: Identification;
  readonly language: Language;
  readonly organisation: string | undefined;
  /** At this phone or in this room, as a host counted them. */
  readonly people: number;
  /** Neither a name nor a number is shown. */
  readonly isProtected: boolean;
}

const phoneWord: Record<Language, string> = { sv: 'Telefon', en: 'Phone', da: 'Telefon' };
const interpreterWord: Record<Language, string> = { sv: 'Tolk', en: 'Interpreter', da: 'Tolk' };

/** What is known of a caller. */
export interface KnownCaller {
  readonly role: Role;
  readonly invitee: Invitee | undefined;
  readonly identification: Identification;
  /** As a host renamed them. */
  readonly name: string | undefined;
  readonly phoneNumber: number;
  readonly people: number;
  readonly meeting: { readonly language: Language | undefined } | undefined;
  readonly speaker: { readonly language: Language };
}

export function shownPerson(caller: KnownCaller): ShownPerson {
  const { role, invitee, identification, people } = caller;
  const isProtected = invitee?.protectedIdentity === true;
  return {
    name: nameOf(caller),
    role,
    identification,
    language: caller.speaker.language,
    organisation: isProtected ? undefined : invitee?.organisation,
    people,
    isProtected,
  };
}

/** An interpreter's ID comes before a name; who is protected has neither. */
function nameOf({ invitee, name, phoneNumber, meeting }: KnownCaller): string {
  const language = meeting?.language ?? 'en';
  const byPlace = `${phoneWord[language]} ${phoneNumber}`;
  if (invitee?.protectedIdentity === true) return byPlace;
  const interpreter =
    invitee?.interpreterId === undefined
      ? undefined
      : `${interpreterWord[language]} ${invitee.interpreterId}`;
  return name ?? interpreter ?? invitee?.name ?? byPlace;
}

/** What may be said aloud of somebody; all undefined: nothing is known, or nothing may be. */
export interface SpokenPerson {
  readonly name?: string | undefined;
  readonly organisation?: string | undefined;
  /** In place of a name. */
  readonly interpreterId?: string | undefined;
}

/** Never of who is protected. */
export function spokenPerson({
  invitee,
  name,
}: Pick<KnownCaller, 'invitee'> & { readonly name?: string | undefined }): SpokenPerson {
  if (invitee?.protectedIdentity === true) return {};
  const { interpreterId, organisation } = invitee ?? {};
  return {
    name: name ?? (interpreterId === undefined ? invitee?.name : undefined),
    organisation,
    interpreterId,
  };
}

export const textsOf = ({ name, organisation }: SpokenPerson): readonly string[] =>
  [name, organisation].filter((text) => text !== undefined);
