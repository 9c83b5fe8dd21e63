/**
 * A booking system that owns its call IDs: an ID that no booked meeting has is asked there, during
 * the call. What it answers becomes a meeting of the store, so that seats, hosts and nodes work as
 * for any other; when it is older than the cache it is asked again.
 *
 * ```
 *   in the store, booked here ───────────────────────────────▶ that one
 *   in the store from the directory, asked lately ───────────▶ that one
 *   asked in vain lately ────────────────────────────────────▶ none
 *   otherwise: ask ──found──▶ stored ──▶ that one
 *                  ──404──▶ none
 *                  ──no good answer──▶ the stored one, or an error: the caller is told to try later
 * ```
 */
import type { CallId } from '../call/identifiers.ts';
import type {
  Meeting,
  MeetingBook,
  MeetingDirectory,
  MeetingDraft,
} from '../call/ports/meetings.ts';
import type { Clock, Logger } from '../call/ports/process.ts';
import type { AskDirectory } from './ask-directory.ts';

/** `directory/unavailable`: it gave no good answer. Expected; the machine says so in words. */
export class DirectoryError extends Error {
  readonly code = 'directory/unavailable';
}

export type DirectoryOutcome = 'found' | 'unknown' | 'failed' | 'wrong';

export interface OutsideDirectoryDeps {
  readonly book: MeetingBook;
  readonly marks: {
    askedAt(callId: CallId): Promise<number | undefined>;
    mark(callId: CallId, at: number): Promise<void>;
  };
  readonly ask: AskDirectory;
  /** A meeting as the API takes it; undefined for anything else. */
  readonly toDraft: (body: unknown) => MeetingDraft | undefined;
  /** How long an answer counts. */
  readonly cacheMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onAnswer?: (outcome: DirectoryOutcome, ms: number) => void;
}

/** Short: an ID may be booked while its caller tries. */
const unknownMs = 10_000;
/** More IDs than that in a few seconds are somebody's guesses. */
const mostUnknown = 10_000;
const mostAtOnce = 50;

export function createOutsideDirectory(deps: OutsideDirectoryDeps): MeetingDirectory {
  const { book, marks, clock, logger } = deps;
  /** When each was asked in vain. */
  const unknown = new Map<CallId, number>();
  const asking = new Map<CallId, Promise<Meeting | undefined>>();

  async function find(callId: CallId): Promise<Meeting | undefined> {
    const stored = await book.byCallId(callId);
    const now = clock.now();
    if (stored !== undefined) {
      const askedAt = await marks.askedAt(callId);
      if (askedAt === undefined || now - askedAt < deps.cacheMs) return stored;
    }
    if (now - (unknown.get(callId) ?? -Infinity) < unknownMs) return undefined;
    // Callers of one meeting often come at once: one question for all.
    const known = asking.get(callId);
    if (known !== undefined) return known;
    const answer = askFor(callId, stored).finally(() => asking.delete(callId));
    asking.set(callId, answer);
    return answer;
  }

  async function askFor(callId: CallId, stored: Meeting | undefined): Promise<Meeting | undefined> {
    if (asking.size >= mostAtOnce) return failed(stored, 'directory/busy');
    const began = clock.now();
    const answer = await deps.ask(callId);
    const draft = answer.outcome === 'found' ? deps.toDraft(answer.body) : undefined;
    const isWrong = answer.outcome === 'found' && (draft?.callId ?? callId) !== callId;
    const outcome =
      answer.outcome === 'found' && (draft === undefined || isWrong) ? 'wrong' : answer.outcome;
    deps.onAnswer?.(outcome, clock.now() - began);
    if (answer.outcome === 'failed') return failed(stored, answer.problem);
    if (answer.outcome === 'unknown') {
      rememberUnknown(callId);
      return undefined;
    }
    if (draft === undefined || isWrong) return failed(stored, 'directory/wrong-answer');
    return store({ ...draft, callId }, stored);
  }

  function failed(stored: Meeting | undefined, problem: string): Meeting | undefined {
    logger.warn({ problem, stored: stored !== undefined }, 'directory gave no good answer');
    if (stored !== undefined) return stored;
    throw new DirectoryError('the outside directory gave no good answer');
  }

  function rememberUnknown(callId: CallId): void {
    unknown.delete(callId);
    unknown.set(callId, clock.now());
    for (const oldest of unknown.keys()) {
      if (unknown.size <= mostUnknown) break;
      unknown.delete(oldest);
    }
  }

  async function store(
    draft: MeetingDraft & { readonly callId: CallId },
    stored: Meeting | undefined,
  ): Promise<Meeting | undefined> {
    const { callId, room, ...settings } = draft;
    const outcome =
      stored === undefined
        ? await book.create(draft)
        : isSame(settings, stored)
          ? { done: true as const, meeting: stored }
          : await book.change(callId, settings);
    if (outcome.done) {
      await marks.mark(callId, clock.now());
      return outcome.meeting;
    }
    // Another node was asked for it at the same time, or it was booked here meanwhile.
    const made = await book.byCallId(callId);
    if (made !== undefined) return made;
    logger.warn(
      { taken: outcome.reason, room: room !== undefined },
      'meeting of the directory cannot be kept',
    );
    throw new DirectoryError('a meeting of the outside directory cannot be kept');
  }

  return { ...book, byCallId: find };
}

/** Whether the booking is as it was: nothing has to be told of it. */
function isSame(settings: Omit<MeetingDraft, 'callId' | 'room'>, stored: Meeting): boolean {
  const { options, ...fields } = settings;
  const kept: Readonly<Record<string, unknown>> = { ...stored };
  const keptOptions: Readonly<Record<string, unknown>> = { ...stored.options };
  return (
    Object.entries(fields).every(([name, value]) => kept[name] === value) &&
    Object.entries(options ?? {}).every(([name, value]) => keptOptions[name] === value)
  );
}
