/** Meetings with a host and guests on the phone, each with their PIN. */
import type { PhraseKey } from '../../../src/ivr/manuscript.ts';
import type { MeetingStage, StagedMeeting } from './meeting-stage.ts';
import { enterMeeting, isTold, type PlacedCall } from './placed-call.ts';
import { hearPhrase } from './spoken.ts';

const pins = { guestPin: '1212', hostPin: '9898' } as const;

export interface HostScene {
  book(fields?: object): Promise<StagedMeeting>;
  host(meeting: StagedMeeting): Promise<PlacedCall>;
  guest(meeting: StagedMeeting, state: 'joined' | 'waiting'): Promise<PlacedCall>;
  /** Heard by its sound. */
  told(placed: PlacedCall, key: PhraseKey): Promise<void>;
  /** Said, whether or not it was recognised: a menu stays open for ten seconds after its words. */
  said(placed: PlacedCall, key: PhraseKey): Promise<true>;
}

export const createHostScene = (stage: MeetingStage): HostScene => ({
  book: (fields = {}) => stage.meeting({ ...pins, ...fields }),
  host: (meeting) =>
    enterMeeting(stage, meeting, 'joined', { pin: pins.hostPin, number: '+46709999999' }),
  guest: (meeting, state) =>
    enterMeeting(stage, meeting, state, { pin: pins.guestPin, number: '+46701111111' }),
  told: ({ call, legId }, key) => hearPhrase(stage, call, legId, key),
  said: ({ legId }, key) => isTold(stage, legId, key),
});
