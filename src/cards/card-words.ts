/** What the cards say that no prompt says. */
import type { Card } from '../call/ports/media.ts';
import type { Language } from '../ivr/language.ts';

interface CardWords {
  readonly welcome: string;
  readonly inMeeting: string;
  readonly alone: string;
  readonly noPictures: string;
  readonly unshowable: string;
  readonly unshowableReason: string;
  readonly limitReason: string;
  readonly failedReason: string;
  readonly lateReason: string;
  readonly soundGoesOn: string;
}

const words: Readonly<Record<Language, CardWords>> = {
  sv: {
    welcome: 'Välkommen',
    inMeeting: 'I mötet:',
    alone: 'Ingen annan är här just nu.',
    noPictures: 'Ingen visar bild just nu.',
    unshowable: 'Ingen bild',
    unshowableReason: 'Bilden från {name} kommer i ett format som inte kan visas här.',
    limitReason: 'Bilden från {name} kan inte visas just nu: för många bilder omvandlas samtidigt.',
    failedReason: 'Bilden från {name} gick inte att omvandla.',
    lateReason: 'Bilden från {name} har inte kommit fram.',
    soundGoesOn: 'Ljudet fungerar som vanligt.',
  },
  en: {
    welcome: 'Welcome',
    inMeeting: 'In the meeting:',
    alone: 'Nobody else is here right now.',
    noPictures: 'Nobody shows a picture right now.',
    unshowable: 'No picture',
    unshowableReason: 'The picture of {name} comes in a format that cannot be shown here.',
    limitReason:
      'The picture of {name} cannot be shown right now: too many pictures are being converted.',
    failedReason: 'The picture of {name} could not be converted.',
    lateReason: 'The picture of {name} has not arrived.',
    soundGoesOn: 'The sound works as usual.',
  },
  da: {
    welcome: 'Velkommen',
    inMeeting: 'I mødet:',
    alone: 'Der er ikke andre her lige nu.',
    noPictures: 'Ingen viser billede lige nu.',
    unshowable: 'Intet billede',
    unshowableReason: 'Billedet fra {name} kommer i et format, som ikke kan vises her.',
    limitReason:
      'Billedet fra {name} kan ikke vises lige nu: for mange billeder omformes samtidig.',
    failedReason: 'Billedet fra {name} kunne ikke omformes.',
    lateReason: 'Billedet fra {name} er ikke kommet frem.',
    soundGoesOn: 'Lyden virker som sædvanligt.',
  },
};

/** In the meeting, nobody's picture to see: who is there, never what it is about. */
export const welcomeCard = (language: Language, names: readonly string[]): Card => {
  const { welcome, inMeeting, alone, noPictures } = words[language];
  const shown = names.filter((name) => name !== '');
  return {
    language,
    heading: welcome,
    lines: names.length === 0 ? [alone] : [`${inMeeting} ${shown.join(', ')}`, noPictures],
  };
};

/** The same while pictures may be about to come. */
export const arrivingCard = (language: Language, names: readonly string[]): Card => {
  const { welcome, inMeeting } = words[language];
  const shown = names.filter((name) => name !== '').join(', ');
  return { language, heading: welcome, lines: shown === '' ? [] : [`${inMeeting} ${shown}`] };
};

const noPictureCard = (language: Language, reason: string, name: string): Card => {
  const { unshowable, soundGoesOn } = words[language];
  return {
    language,
    heading: unshowable,
    lines: [reason.replace('{name}', () => name), soundGoesOn],
  };
};

/**
 * Why somebody's picture can't be shown: VP8, VP9 or AV1 alone, or more than the device takes (packets,
 * profile, level); or it could be transcoded, and too many are, or that failed.
 */
export type UnshowableReason = 'format' | 'limit' | 'failed';

const reasonWords: Readonly<Record<UnshowableReason, keyof CardWords>> = {
  format: 'unshowableReason',
  limit: 'limitReason',
  failed: 'failedReason',
};

export const unshowableCard = (
  language: Language,
  name: string,
  reason: UnshowableReason = 'format',
): Card => noPictureCard(language, words[language][reasonWords[reason]], name);

/** Somebody's picture has no key frame, however long it is waited for. */
export const lateCard = (language: Language, name: string): Card =>
  noPictureCard(language, words[language].lateReason, name);

/** What is being said, to be read: its first sentence over the others. */
export const saidCard = (language: Language, [first = '', ...others]: readonly string[]): Card => ({
  language,
  heading: first.replace(/\.$/u, ''),
  lines: others,
});
