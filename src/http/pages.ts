/** The few pages that are plain HTML. They hold no secrets and need no script. */
import type { FastifyPluginCallback, FastifyReply } from 'fastify';
import { callIdPattern } from '../call/identifiers.ts';
import type { DialInNumber } from './ports.ts';
import { ProblemError, problems } from './problems.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (sign) => escapes[sign] ?? '');

const style = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem}
code{font-size:1.05em}dt{font-weight:600;margin-top:.8rem}dd{margin:0}.id{font-size:2rem;letter-spacing:.05em}
:root{color-scheme:light dark}`;

function page(language: string, heading: string, body: string): string {
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(heading)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(heading)}</h1>
${body}
</body>
</html>
`;
}

const numberList = (dialIn: readonly DialInNumber[]): string =>
  dialIn.length === 0
    ? ''
    : `<ul>${dialIn.map(({ number, language }) => `<li lang="${language}">${escaped(number)} (${language})</li>`).join('')}</ul>`;

const welcomePage = (dialIn: readonly DialInNumber[]): string =>
  page(
    'en',
    'ringbro',
    `<p>The telephone and SIP door into video meetings. A caller dials a number, keys in the nine digits
of a call ID and is heard in the meeting's room.</p>
${dialIn.length === 0 ? '' : `<p>Numbers to call:</p>${numberList(dialIn)}`}
<dl>
<dt><a href="/operator">Operator page</a></dt><dd>Live calls, the call log, and why somebody could not get in</dd>
<dt><a href="/api/docs/">API documentation</a></dt><dd>Meetings and calls, with a form to try them</dd>
<dt><a href="/api/openapi.json">OpenAPI document</a></dt><dd>The same for programs</dd>
<dt><a href="/api/problems">Problems</a></dt><dd>What the API answers when something is wrong</dd>
<dt><a href="/health/ready">Health</a></dt><dd>Whether each part is up</dd>
</dl>
<p>The call log is at <code>/api/calls</code>. It needs the API key:
<code>Authorization: Bearer …</code></p>`,
  );

/** Says how to dial in. It is the same for every nine digits: it does not tell which are a meeting. */
const joinPage = (callId: string, dialIn: readonly DialInNumber[]): string =>
  page(
    'en',
    'Join by telephone',
    `<p>Call ${dialIn.length === 0 ? 'the number in your invitation' : 'one of these numbers'} and key in this meeting ID:</p>
${numberList(dialIn)}
<p class="id">${callId.replaceAll(/(\d{3})(?=\d)/g, '$1 ')}</p>
<p>Recording is not allowed.</p>`,
  );

const problemsPage = (): string =>
  page(
    'en',
    'Problems',
    `<p>Errors are <code>application/problem+json</code> (RFC 9457). <code>code</code> is stable;
<code>errors</code> names each wrong field.</p>
<dl>${Object.entries(problems)
      .map(
        ([code, { status, title }]) =>
          `<dt id="${code}">${status} <code>${code}</code></dt><dd>${escaped(title)}</dd>`,
      )
      .join('\n')}</dl>`,
  );

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'")
    .header('referrer-policy', 'no-referrer')
    .serializer((text: string) => text)
    .send(html);
}

export function pages(dialIn: () => readonly DialInNumber[]): FastifyPluginCallback {
  const schema = { hide: true };
  return (app, _options, done) => {
    app.get('/', { schema }, (_request, reply) => sendPage(reply, welcomePage(dialIn())));
    app.get('/api/problems', { schema }, (_request, reply) => sendPage(reply, problemsPage()));
    app.get<{ Params: { callId: string } }>('/join/:callId', { schema }, (request, reply) => {
      const { callId } = request.params;
      if (!callIdPattern.test(callId)) throw new ProblemError('request/not-found');
      return sendPage(reply, joinPage(callId, dialIn()));
    });
    done();
  };
}
