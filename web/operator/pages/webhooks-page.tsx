/** Where events are sent to, and how that goes. */
import { useState } from 'react';
import { eventTypes } from '../../../src/call/gateway-event.ts';
import type { MadeWebhook, Webhooks } from '../../shared/api.ts';
import { usePage, useSay } from '../context.ts';
import { dateAndTime } from '../format.ts';
import { AskButton } from '../parts/ask-button.tsx';
import { Field } from '../parts/field.tsx';
import { ListTable } from '../parts/list-table.tsx';
import { NewPanel, Secret } from '../parts/new-panel.tsx';
import { Page } from '../parts/page.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { useAnswer } from '../parts/use-answer.ts';

type Webhook = Webhooks['items'][number];

export function WebhooksPage() {
  const { api, language } = usePage();
  const say = useSay();
  const { answer, problem, again } = useAnswer<Webhooks>('/api/webhooks');
  const ofWebhook = (webhookId: string): string => `/api/webhooks/${webhookId}`;
  return (
    <Page title={say('webhooks')}>
      <NewWebhook onMade={again} />
      <ProblemNote problem={problem} />
      <ListTable
        label={say('webhooks')}
        rows={answer?.items}
        keyOf={({ webhookId }) => webhookId}
        columns={[
          {
            text: say('webhook-url'),
            className: 'breaks',
            cell: ({ url, description }) => (
              <>
                {url} <span className="fine">{description}</span>
              </>
            ),
          },
          {
            text: say('events'),
            className: 'wide',
            cell: ({ events }) => (events.length === 0 ? say('all-events') : events.join(', ')),
          },
          { text: say('state'), cell: (webhook) => <WebhookState webhook={webhook} /> },
          {
            text: say('last-delivery'),
            className: 'wide',
            cell: ({ lastDeliveredAt }) =>
              lastDeliveredAt === null ? say('never') : dateAndTime(lastDeliveredAt, language),
          },
          {
            text: say('actions'),
            cell: ({ webhookId, url, state }) => (
              <span className="buttons">
                {state !== 'active' && (
                  <AskButton
                    label={say('begin-anew')}
                    of={url}
                    question={`${say('begin-anew')}: ${url}`}
                    onYes={() =>
                      api.send<unknown>('POST', `${ofWebhook(webhookId)}/enable`).then(again)
                    }
                  />
                )}
                <AskButton
                  label={say('remove')}
                  of={url}
                  question={say('remove-webhook-sure', { name: url })}
                  isHarsh
                  onYes={() => api.send<undefined>('DELETE', ofWebhook(webhookId)).then(again)}
                />
              </span>
            ),
          },
        ]}
      />
    </Page>
  );
}

function WebhookState({ webhook }: { readonly webhook: Webhook }) {
  const say = useSay();
  const { state, attempts, lastProblem } = webhook;
  const tone = { active: 'completed', failing: 'abandoned', disabled: 'failed' }[state];
  return (
    <span className={`result breaks ${tone}`}>
      {say(`webhook-${state}`, { attempts, problem: lastProblem ?? '' })}
    </span>
  );
}

function NewWebhook({ onMade }: { readonly onMade: () => void }) {
  const { api } = usePage();
  const say = useSay();
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState('');
  const [description, setDescription] = useState('');
  const [made, setMade] = useState<MadeWebhook>();
  const make = async (): Promise<void> => {
    setMade(undefined);
    const webhook = await api.send<MadeWebhook>('POST', '/api/webhooks', {
      url: url.trim(),
      events: events.split(/[\s,]+/).filter((type) => type !== ''),
      description: description === '' ? null : description,
    });
    setMade(webhook);
    setUrl('');
    setEvents('');
    setDescription('');
    onMade();
  };
  return (
    <NewPanel
      title={say('new-webhook')}
      make={say('make')}
      onMake={make}
      made={made && <Secret words={say('secret-once')} secret={made.secret} />}
    >
      <Field label={say('webhook-url')} type="url" required value={url} onText={setUrl} />
      <Field
        label={say('webhook-events')}
        list="event-types"
        spellCheck={false}
        value={events}
        onText={setEvents}
      />
      <datalist id="event-types">
        {Object.keys(eventTypes).map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      <Field
        label={say('description')}
        maxLength={200}
        value={description}
        onText={setDescription}
      />
    </NewPanel>
  );
}
