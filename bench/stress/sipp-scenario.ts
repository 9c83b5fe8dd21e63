/**
 * The scenario that SIPp plays in a stress run: call, key the ID of one's room by RFC 4733, speak,
 * hang up. SIPp fixes the file of play_pcap_audio when it reads the scenario, so each room has a
 * branch of its own; which one a call takes is the first field of its line in the injection file.
 */

/** What SIPp reads of a scenario. */
const longestScenarioBytes = 65_535;

export interface SippScenario {
  /** Files of keys, one a room, by their names; none: the caller stays in the IVR. */
  readonly keyFiles: readonly string[];
  readonly speechFile: string;
  /** Into the words of the IVR, where somebody who knows the ID begins to key. */
  readonly beforeKeysMs: number;
  /** From the first key to the first word: the keys, and the words of admission. */
  readonly untilSpeechMs: number;
  readonly holdMs: number;
}

const head = (method: string, cseq: number, more: readonly string[] = []): string =>
  [
    `      ${method} ${method === 'INVITE' ? 'sip:[service]@[remote_ip]:[remote_port]' : '[next_url]'} SIP/2.0`,
    'Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]',
    ...(method === 'INVITE' ? [] : ['[routes]']),
    'From: <sip:+4670[call_number]@[local_ip]:[local_port]>;tag=[call_number]-[pid]',
    `To: <sip:[service]@[remote_ip]:[remote_port]>${method === 'INVITE' ? '' : '[peer_tag_param]'}`,
    'Call-ID: [call_id]',
    `CSeq: ${cseq} ${method}`,
    'Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>',
    'Max-Forwards: 70',
    ...more,
  ].join('\n      ');

const sdp = [
  'v=0',
  'o=sipp 1 1 IN IP[local_ip_type] [local_ip]',
  's=-',
  'c=IN IP[media_ip_type] [media_ip]',
  't=0 0',
  'm=audio [media_port] RTP/AVP 8 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-16',
  'a=ptime:20',
].join('\n      ');

const send = (attributes: string, text: string): string =>
  `  <send ${attributes}>\n    <![CDATA[\n${text}\n    ]]>\n  </send>`;
const play = (file: string): string => `<action><exec play_pcap_audio="${file}"/></action>`;
const pause = (ms: number): string => `  <pause milliseconds="${Math.round(ms)}"/>`;

/** The branches: room n is tested for in turn, keyed in, and all meet again at `speak`. */
const keyIn = (files: readonly string[]): readonly string[] => [
  '  <nop><action>',
  '    <assignstr assign_to="text" value="[field0]"/>',
  '    <todouble assign_to="room" variable="text"/>',
  ...files.map(
    (_, room) => `<test assign_to="is${room}" variable="room" compare="equal" value="${room}"/>`,
  ),
  '  </action></nop>',
  ...files.map((_, room) => `<nop next="key${room}" test="is${room}"/>`),
  ...files.flatMap((file, room) => [
    `<label id="key${room}"/>`,
    `<nop next="speak">${play(file)}</nop>`,
  ]),
  '  <label id="speak"/>',
];

/** Throws an Error for the person at the terminal where there are more rooms than SIPp can read. */
export function sippScenario(scenario: SippScenario): string {
  const text = scenarioText(scenario);
  if (text.length > longestScenarioBytes)
    throw new Error(
      `${scenario.keyFiles.length} rooms are a scenario of ${text.length} bytes, and sipp reads ${longestScenarioBytes}: fewer --rooms`,
    );
  return text;
}

function scenarioText(scenario: SippScenario): string {
  const { keyFiles, speechFile, beforeKeysMs, untilSpeechMs, holdMs } = scenario;
  const invite = `${head('INVITE', 1, ['Content-Type: application/sdp', 'Content-Length: [len]'])}\n\n      ${sdp}`;
  const empty = ['Content-Length: 0'];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE scenario SYSTEM "sipp.dtd">',
    '<scenario name="stress">',
    send('retrans="500" start_rtd="answer"', invite),
    '  <recv response="100" optional="true"/>',
    '  <recv response="180" optional="true"/>',
    '  <recv response="200" rrs="true" rtd="answer"/>',
    send('', `${head('ACK', 1, empty)}\n`),
    pause(beforeKeysMs),
    ...(keyFiles.length === 0 ? [] : [...keyIn(keyFiles), pause(untilSpeechMs)]),
    `  <nop>${play(speechFile)}</nop>`,
    pause(holdMs),
    send('retrans="500"', `${head('BYE', 2, empty)}\n`),
    '  <recv response="200"/>',
    '</scenario>',
    '',
  ].join('\n');
}
