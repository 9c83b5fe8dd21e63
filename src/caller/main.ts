/** `npm run call -- <callId>`: a caller in the terminal. Dials in, keys the ID, speaks, reports what it heard. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadPrompts } from '../bridge/audio/prompt-library.ts';
import { localAddressToward } from '../bridge/room/local-address.ts';
import { reportLines } from './call-report.ts';
import { heardRateHz, recognisePrompts, type KnownPrompt } from './heard.ts';
import { dial, type PhoneCall } from './phone.ts';
import { processClock } from '../process-clock.ts';
import { speechFrom } from './speech.ts';
import { silentLogger } from './silent-logger.ts';
import type { SessionEndCause } from '../sip/dialog/session.ts';

const help = `npm run call -- <callId> [options]

  --to URI         whom to call                          [sip:ringbro@127.0.0.1:5060]
  --speech FILE    WAV file to speak, over and over      [a sentence of our own]
  --seconds N      how long to stay                      [20]
  --pin DIGITS     keyed after the ID
  --after MS       wait this long before keying          [3500]
  --keys KIND      telephone-event, tone or info         [telephone-event]
  --law LAW        PCMA or PCMU                          [PCMA]
  --tcp            SIP over TCP
  --tls            SIP over TLS                          [sip:ringbro@127.0.0.1:5061]
  --ca FILE        who may sign the other side's certificate (PEM), beside the public ones
  --srtp           sound encrypted or no call, its keys in the SDP (SDES)
  --dtls           the same, its keys by DTLS
  --from NUMBER    our number`;

const defaultSpeech = fileURLToPath(new URL('speech.wav', import.meta.url));
const promptsFolder = fileURLToPath(new URL('../../prompts', import.meta.url));

const options = {
  to: { type: 'string' },
  speech: { type: 'string', default: defaultSpeech },
  seconds: { type: 'string', default: '20' },
  pin: { type: 'string' },
  after: { type: 'string', default: '3500' },
  keys: { type: 'string', default: 'telephone-event' },
  law: { type: 'string', default: 'PCMA' },
  tcp: { type: 'boolean', default: false },
  tls: { type: 'boolean', default: false },
  ca: { type: 'string' },
  srtp: { type: 'boolean', default: false },
  dtls: { type: 'boolean', default: false },
  from: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

const endingOf = (cause: SessionEndCause): string => {
  if (cause.by === 'local') return 'we hung up';
  if (cause.by === 'remote') return 'the other side hung up';
  return cause.sipStatus === undefined
    ? `by the network: ${cause.how}`
    : `refused with ${cause.sipStatus}`;
};

const protectionOf = (isTls: boolean, suite: string | undefined): string =>
  `signalling ${isTls ? 'over TLS' : 'in the clear'}, sound ${suite === undefined ? 'in the clear' : `encrypted (${suite})`}`;

const ownPrompts = async (): Promise<KnownPrompt[]> => {
  const { library } = await loadPrompts(promptsFolder, heardRateHz);
  return Array.from(library.index, ([name, { start, samples }]) => ({
    name,
    pcm: new Int16Array(library.pcm, start * 2, samples),
  }));
};

const talk = async (
  call: PhoneCall,
  digits: string,
  speech: Int16Array,
  afterMs: number,
  stayMs: number,
) => {
  const answer = await call.answer;
  if (!answer.answered) return undefined;
  const answeredAt = performance.now();
  await Promise.race([wait(afterMs), call.ended]);
  await Promise.race([call.press(digits), call.ended]);
  const keysDoneAtMs = performance.now() - answeredAt;
  call.sound.speak(speech, { endless: true });
  await Promise.race([wait(stayMs), call.ended]);
  return { answerAfterMs: answer.afterMs, keysDoneAtMs };
};

const main = async (): Promise<number> => {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const callId = positionals.join('').replace(/\D/g, '');
  const { keys, law } = values;
  const known =
    (keys === 'telephone-event' || keys === 'tone' || keys === 'info') &&
    (law === 'PCMA' || law === 'PCMU');
  if (values.help || callId.length !== 9 || !known) {
    console.log(help);
    return values.help ? 0 : 2;
  }
  const speech = speechFrom(await readFile(values.speech), heardRateHz);
  const isTls = values.tls || values.to?.startsWith('sips:') === true;
  const target = values.to ?? `sip:ringbro@127.0.0.1:${isTls ? 5061 : 5060}`;
  const host = target.replace(/^sips?:(?:[^@]*@)?/, '').replace(/;.*$/, '');
  const call = await dial(target, {
    localAddress: await localAddressToward(`sip://${host}`),
    clock: processClock,
    log: silentLogger,
    transport: isTls ? 'tls' : values.tcp ? 'tcp' : 'udp',
    authority: values.ca === undefined ? undefined : await readFile(values.ca, 'utf8'),
    srtp: values.dtls ? 'dtls' : values.srtp ? 'sdes' : undefined,
    law,
    keys,
    ...(values.from === undefined ? {} : { number: values.from }),
  });
  process.once('SIGINT', () => {
    call.hangUp();
  });
  console.log(`calling ${target} …`);
  const talked = await talk(
    call,
    `${callId}${values.pin ?? ''}`,
    speech,
    Number(values.after),
    Number(values.seconds) * 1000,
  );
  await call.close();
  const ending = endingOf(await call.ended);
  if (talked === undefined) {
    console.log(`not answered: ${ending}`);
    return 1;
  }
  console.log(protectionOf(isTls, call.sound.suite()));
  const pcm = call.sound.recorder.pcm();
  const prompts = await ownPrompts();
  const lines = reportLines({
    ...talked,
    pcm,
    prompts: recognisePrompts(pcm, prompts),
    stream: call.sound.recorder.report(),
    ending,
  });
  console.log(lines.join('\n'));
  return 0;
};

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
