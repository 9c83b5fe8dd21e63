/** A trace of a real call: messages and sound's headers in a file, and nobody's number in it. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { apiKey } from './support/gateway-process.ts';
import { createMeetingStage, type MeetingStage } from './support/meeting-stage.ts';

let stage: MeetingStage;
beforeAll(async () => {
  stage = await createMeetingStage();
});
afterAll(() => stage.close());

interface Trace {
  readonly traceId: string;
  readonly state: string;
  readonly packets: number;
}

it('traces the next call from a number, shows its ladder, and says in the audit who asked', async () => {
  const api = (method: string, path: string, body?: unknown) =>
    stage.gateway.api(method, path, body);
  const asked = await api('POST', '/api/traces', { number: '+46701234567', minutes: 5 });
  expect(asked.status).toBe(201);
  const meeting = await stage.meeting();
  const caller = await stage.joined(meeting);
  const { traceId } = asked.body as Trace;
  await stage.until('sound in the trace', async () => {
    const { items } = (await api('GET', '/api/traces')).body as { items: Trace[] };
    const trace = items.find((each) => each.traceId === traceId);
    return trace?.state === 'on' && trace.packets > 60 ? true : undefined;
  });
  const legId = (await stage.calls('joined'))[0]?.legId ?? '';
  const ladderOf = async () =>
    ((await api('GET', `/api/calls/${legId}/ladder`)).body as { items: { what: string }[] }).items;
  expect((await ladderOf()).slice(0, 2).map(({ what }) => what)).toEqual(['INVITE', '100']);
  caller.hangUp();
  await stage.until('the ladder in the record', async () =>
    (await stage.calls('live')).length === 0 &&
    (await ladderOf()).some(({ what }) => what === 'BYE')
      ? true
      : undefined,
  );

  const file = await fetch(`${stage.gateway.httpUrl}/api/traces/${traceId}.pcap`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  expect(file.status).toBe(200);
  const bytes = Buffer.from(await file.arrayBuffer()).toString('latin1');
  expect(bytes).toContain('SIP/2.0 200 OK');
  expect(bytes).not.toContain('701234567');
  const audit = JSON.stringify((await api('GET', '/api/audit')).body);
  expect(audit).toContain('POST /api/traces');
  expect(audit).toContain('GET /api/traces/:traceId.pcap');
  expect((await api('DELETE', `/api/traces/${traceId}`)).status).toBe(204);
});
