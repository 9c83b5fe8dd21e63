/** The story of a call: its timeline as lines that somebody at a service desk can read out. */
import { isEndReasonCode } from '../../src/call/end-reasons.ts';
import { timelineEvents, type TimelineEvent } from '../../src/call/timeline.ts';
import type { ShownCall } from '../../src/http/call-schemas.ts';
import { manuscript } from '../../src/ivr/manuscript.ts';
import { fill, type Language, type Text } from '../shared/language.ts';
import { advice, endWords } from './words/end-words.ts';
import { storyWords } from './words/story-words.ts';
import { mutedBy, valueWords } from './words/value-words.ts';

export type Timeline = ShownCall['timeline'];
export type TimelineLine = Timeline[number];

/** How a line is marked: `trouble` is where to look first. */
export type Tone = 'plain' | 'good' | 'trouble' | 'quiet';

export interface StoryLine {
  readonly at: string;
  readonly text: string;
  /** What the caller heard, word for word. */
  readonly said: readonly string[];
  readonly tone: Tone;
}

const tones: Readonly<Partial<Record<TimelineEvent, Tone>>> = {
  joined: 'good',
  admitted: 'good',
  'microphone-open': 'good',
  'room-recovered': 'good',
  'quality-good': 'good',
  'heard-again': 'good',
  guess: 'trouble',
  'join-failed': 'trouble',
  'move-failed': 'trouble',
  'room-lost': 'trouble',
  'quality-poor': 'trouble',
  'not-heard': 'trouble',
  'picture-unusable': 'trouble',
  asked: 'quiet',
  seated: 'quiet',
  confirmed: 'quiet',
  'meeting-found': 'quiet',
};

const isTimelineEvent = (event: string): event is TimelineEvent =>
  Object.hasOwn(timelineEvents, event);

export function tellStory(timeline: Timeline, language: Language): readonly StoryLine[] {
  return timeline.map((line) => tellLine(line, language));
}

export function tellLine({ at, event, fields }: TimelineLine, language: Language): StoryLine {
  // A node of a newer version may know more events than this page.
  if (!isTimelineEvent(event)) return { at, text: event, said: [], tone: 'plain' };
  const slots: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields ?? {}))
    slots[name] = valueText(event, name, String(value), language);
  const reason = fields?.['reason'];
  const why = event === 'ended' || event === 'ending' ? endText(reason, language) : undefined;
  const text = fill(storyWords[event][language], slots);
  return {
    at,
    text: why === undefined ? text : `${text}. ${why}`,
    said: event === 'asked' ? saidWords(String(fields?.['phrases'] ?? ''), language) : [],
    tone: event === 'ended' ? endTone(reason) : (tones[event] ?? 'plain'),
  };
}

function valueText(event: TimelineEvent, field: string, value: string, language: Language): string {
  const isMute = field === 'by' && (event === 'muted' || event === 'unmuted');
  const table: Readonly<Record<string, Text>> | undefined = isMute ? mutedBy : valueWords[field];
  const known = table?.[value]?.[language];
  if (known !== undefined) return known;
  if (field === 'why' && isEndReasonCode(value))
    return lowered(endWords[value][language].replace(/\.$/, ''));
  // What a sound test heard may be several things.
  const parts = value.split(' ').map((part) => table?.[part]?.[language] ?? part);
  return parts.join(', ');
}

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

function endText(reason: unknown, language: Language): string | undefined {
  return typeof reason === 'string' && isEndReasonCode(reason)
    ? endWords[reason][language]
    : undefined;
}

function endTone(reason: unknown): Tone {
  if (typeof reason !== 'string' || !isEndReasonCode(reason)) return 'plain';
  return endWords[reason].advice === 'nothing' ? 'plain' : 'trouble';
}

const isPhrase = (key: string): key is keyof typeof manuscript => Object.hasOwn(manuscript, key);

/** The sentences as the manuscript has them; slots as dots, as their values are not kept. */
function saidWords(phrases: string, language: Language): readonly string[] {
  return phrases
    .split(' ')
    .filter(isPhrase)
    .map((key) =>
      manuscript[key][language].replaceAll(/\[\/?\w+\]/g, '').replaceAll(/\{\w+\}/g, '…'),
    );
}

export interface Ending {
  readonly why: string;
  readonly whatToDo: string;
  readonly isTrouble: boolean;
}

/** Undefined while the call is on. */
export function tellEnding(
  termination: ShownCall['termination'],
  language: Language,
): Ending | undefined {
  if (termination === null) return undefined;
  const { reason } = termination;
  if (!isEndReasonCode(reason)) return { why: reason, whatToDo: '', isTrouble: false };
  const words = endWords[reason];
  return {
    why: words[language],
    whatToDo: advice[words.advice][language],
    isTrouble: words.advice !== 'nothing',
  };
}
