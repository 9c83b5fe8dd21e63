/** The caller's pictures, as far as the call is concerned: the record, and the hosts. */
import type { CallContext } from './call-context.ts';
import type { CallOutput } from './call-messages.ts';
import type { PictureState } from './ports/sip-engine.ts';

type Outputs = readonly CallOutput[];

/** Hosts hear of pictures that are missing, and that they are back; that they begin they see. */
export function onPicture(c: CallContext, state: PictureState): Outputs {
  const note: Outputs = [{ do: 'note', event: `picture-${state}` }];
  // Switched on later, they were agreed on after the answer.
  if (state === 'coming') c.media = c.media && { ...c.media, video: true };
  if (state === 'coming' && c.pictureTold === undefined) return note;
  if (c.phase !== 'meeting') return note;
  c.pictureTold = state === 'coming' ? undefined : state;
  return [...note, { do: 'show-picture-state', state }];
}

/** Once more, to a room that forgot. */
export const showMissingPicture = ({ phase, pictureTold }: CallContext): Outputs =>
  phase === 'meeting' && pictureTold !== undefined
    ? [{ do: 'show-picture-state', state: pictureTold }]
    : [];
