/** Calls placed on a stage, each with its record: how tests come into a meeting, and what is known of them there. */
import { expect } from 'vitest';
import type { PhoneCall } from '../../../src/caller/phone.ts';
import type { PhraseKey } from '../../../src/ivr/manuscript.ts';
import { sleep, type MeetingStage, type StagedMeeting } from './meeting-stage.ts';

export interface PlacedCall {
  readonly call: PhoneCall;
  readonly legId: string;
}

export interface ShownRecord {
  readonly state: string;
  readonly nodeId: string;
  readonly termination: { readonly reason: string } | null;
  readonly timeline: readonly {
    readonly at: string;
    readonly event: string;
    readonly fields?: { readonly phrases?: string };
  }[];
}

type Calling = Parameters<MeetingStage['phone']>[0];

/**
 * Dials, and finds the call's record by its Call-ID: others may be live, and a record follows the answer
 * where the machine is busy.
 */
export const placeCall = async (stage: MeetingStage, options?: Calling): Promise<PlacedCall> => {
  const call = await stage.phone(options);
  expect(await call.answer).toMatchObject({ answered: true });
  const { sipCallId } = call.session;
  const legId = await stage.until(
    'the record of the call',
    async () => (await stage.calls('live')).find((each) => each.sipCallId === sipCallId)?.legId,
  );
  return { call, legId };
};

export const recordOf = async (stage: MeetingStage, legId: string): Promise<ShownRecord> =>
  (await stage.gateway.api('GET', `/api/calls/${legId}`)).body as ShownRecord;

/** That it is said, or was; what it sounds like is for `hearPhrase`. */
export const isTold = (stage: MeetingStage, legId: string, key: PhraseKey): Promise<true> =>
  stage.until(key, async () => {
    const { timeline } = await recordOf(stage, legId);
    return timeline.some(({ fields }) => fields?.phrases?.split(' ').includes(key) === true)
      ? true
      : undefined;
  });

export const reaches = (stage: MeetingStage, legId: string, state: string): Promise<true> =>
  stage.until(state, async () =>
    (await recordOf(stage, legId)).state === state ? true : undefined,
  );

/** The record follows the BYE: its quality is asked of the worker first. */
export const endReason = (stage: MeetingStage, legId: string, withinMs?: number): Promise<string> =>
  stage.until(
    'the record of the end',
    async () => (await recordOf(stage, legId)).termination?.reason,
    withinMs,
  );

/** Dials and enters the ID, and the PIN when it is asked for; resolves when the call is in `state`, its microphone open. */
export const enterMeeting = async (
  stage: MeetingStage,
  meeting: StagedMeeting,
  state: 'joined' | 'waiting',
  { pin, ...options }: Calling & { readonly pin?: string | undefined } = {},
): Promise<PlacedCall> => {
  const placed = await placeCall(stage, options);
  await placed.call.press(meeting.callId);
  if (pin !== undefined) {
    await isTold(stage, placed.legId, 'enter-pin');
    await placed.call.press(pin);
  }
  await reaches(stage, placed.legId, state);
  // The tone of admission, then the microphone opens.
  await sleep(600);
  return placed;
};
