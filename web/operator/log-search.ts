/** What is looked for in the log: between the form, the page's address and the API. */

const fields = [
  'state',
  'result',
  'from',
  'to',
  'number',
  'callId',
  'sipCallId',
  'supportCode',
] as const;
type Field = (typeof fields)[number];

/** Empty: not asked for. Times as a form has them, in the time of this place: `2026-03-01T09:00`. */
export type Search = Readonly<Record<Field, string>>;

export const emptySearch: Search = {
  state: '',
  result: '',
  from: '',
  to: '',
  number: '',
  callId: '',
  sipCallId: '',
  supportCode: '',
};

export const searchOf = (given: URLSearchParams): Search =>
  fields.reduce<Search>(
    (search, field) => ({ ...search, [field]: given.get(field)?.trim() ?? '' }),
    emptySearch,
  );

function asked(search: Search): [Field, string][] {
  return fields.flatMap((field): [Field, string][] => {
    const text = search[field].trim();
    return text === '' ? [] : [[field, text]];
  });
}

export function toAddress(path: string, search: Search): string {
  const query = new URLSearchParams(asked(search)).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** For `/api/calls`; ends with `&` where it is not empty. What cannot be right is left to the API to say. */
export function apiQuery(search: Search): string {
  const query = new URLSearchParams();
  for (const [field, text] of asked(search)) query.set(field, apiText(field, text));
  const whole = query.toString();
  return whole === '' ? '' : `${whole}&`;
}

function apiText(field: Field, text: string): string {
  if (field === 'callId' || field === 'supportCode') return text.replaceAll(/[\s-]/g, '');
  if (field !== 'from' && field !== 'to') return text;
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
