import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';

const problemsOf = (env: NodeJS.ProcessEnv) => {
  const result = readConfig(env);
  return result.ok ? [] : result.problems;
};

describe('the configuration', () => {
  it('is complete with an empty environment', () => {
    const result = readConfig({});
    expect(result).toMatchObject({
      ok: true,
      config: {
        engine: 'embedded',
        sip: { addresses: ['127.0.0.1'], port: 5060, allow: [] },
        http: { address: '127.0.0.1', port: 8080 },
        media: { rtpPorts: { first: 10_000, last: 19_999 } },
        livekit: undefined,
      },
    });
  });

  it('takes a speech program with its arguments, and nothing that only a shell understands', () => {
    const command = 'espeak-ng  -v {language} --stdin --stdout';
    expect(readConfig({ RINGBRO_SPEECH_COMMAND: command })).toMatchObject({
      config: { speechCommand: ['espeak-ng', '-v', '{language}', '--stdin', '--stdout'] },
    });
    expect(problemsOf({ RINGBRO_SPEECH_COMMAND: 'piper | sox - -' })).toHaveLength(1);
  });

  it('reads numbers with their languages and addresses as lists', () => {
    const result = readConfig({
      RINGBRO_NUMBERS: '+46480445511=sv, +4589100000=da',
      RINGBRO_SIP_ADDRESS: '127.0.0.1,::1',
    });
    expect(result).toMatchObject({
      ok: true,
      config: {
        sip: {
          addresses: ['127.0.0.1', '::1'],
          numbers: [
            { number: '+46480445511', language: 'sv' },
            { number: '+4589100000', language: 'da' },
          ],
        },
      },
    });
  });

  it('takes pictures, unless they are switched off', () => {
    const taken = (video: boolean) => ({ config: { media: { video } } });
    expect(readConfig({})).toMatchObject(taken(true));
    expect(readConfig({ RINGBRO_VIDEO: 'allow' })).toMatchObject(taken(true));
    expect(readConfig({ RINGBRO_VIDEO: 'off' })).toMatchObject(taken(false));
    expect(problemsOf({ RINGBRO_VIDEO: 'yes' })).toHaveLength(1);
  });

  it('has all codecs, the best first, or those that are named in their order', () => {
    const all = ['opus', 'G722', 'PCMA', 'PCMU'];
    expect(readConfig({})).toMatchObject({ config: { media: { codecs: all } } });
    expect(readConfig({ RINGBRO_CODECS: 'pcma, g722' })).toMatchObject({
      config: { media: { codecs: ['PCMA', 'G722'] } },
    });
    for (const wrong of ['PCMA,G729', 'opus,OPUS', ',']) {
      expect(problemsOf({ RINGBRO_CODECS: wrong })).toEqual([
        expect.stringContaining('RINGBRO_CODECS'),
      ]);
    }
  });

  it('allows SRTP and has no TLS by default, and takes both as they are set', () => {
    expect(readConfig({})).toMatchObject({
      config: { sip: { tls: undefined }, media: { srtp: 'allow' } },
    });
    const result = readConfig({
      RINGBRO_SRTP: 'require',
      RINGBRO_SIP_TLS_PORT: '5061',
      RINGBRO_TLS_CERT: 'tls/cert.pem',
      RINGBRO_TLS_KEY: 'tls/key.pem',
      RINGBRO_TLS_CLIENT_CA: 'tls/callers.pem',
      RINGBRO_TLS_CA: 'tls/carriers.pem',
    });
    expect(result).toMatchObject({
      config: {
        sip: {
          tls: {
            port: 5061,
            certificateFile: 'tls/cert.pem',
            keyFile: 'tls/key.pem',
            clientAuthorityFile: 'tls/callers.pem',
            serverAuthorityFile: 'tls/carriers.pem',
            further: [],
          },
        },
        media: { srtp: 'require' },
      },
    });
  });

  it('takes several certificates with their keys, and tells where one has none', () => {
    const env = { RINGBRO_SIP_TLS_PORT: '5061', RINGBRO_TLS_CERT: 'a.pem, b.pem' };
    expect(readConfig({ ...env, RINGBRO_TLS_KEY: 'a.key,b.key' })).toMatchObject({
      config: {
        sip: {
          tls: {
            certificateFile: 'a.pem',
            keyFile: 'a.key',
            further: [{ certificateFile: 'b.pem', keyFile: 'b.key' }],
          },
        },
      },
    });
    expect(problemsOf({ ...env, RINGBRO_TLS_KEY: 'a.key' })).toEqual([
      expect.stringContaining('as many keys as certificates'),
    ]);
  });

  it.each([
    { RINGBRO_SIP_TLS_PORT: '5061' },
    { RINGBRO_TLS_CERT: 'a', RINGBRO_TLS_KEY: 'b' },
    { RINGBRO_TLS_CLIENT_CA: 'a' },
  ])('tells that TLS needs a port, a certificate and a key: %o', (env) => {
    expect(problemsOf(env)).toEqual([expect.stringContaining('RINGBRO_TLS_CERT')]);
  });

  it('reports every wrong key at once, by its name', () => {
    const problems = problemsOf({
      RINGBRO_SIP_PORT: '99999',
      RINGBRO_RTP_PORTS: '20-10',
      RINGBRO_SIP_ALLOW: 'everybody',
      RINGBRO_NUMBERS: '+46480445511=xx',
      RINGBRO_TIMEZONE: 'Mars/Olympus',
      RINGBRO_SIP_PROT: '5060',
    });
    for (const key of [
      'RINGBRO_SIP_PORT',
      'RINGBRO_RTP_PORTS',
      'RINGBRO_SIP_ALLOW',
      'RINGBRO_NUMBERS',
      'RINGBRO_TIMEZONE',
      'RINGBRO_SIP_PROT',
    ]) {
      expect(problems.filter((line) => line.startsWith(`${key}:`))).toHaveLength(1);
    }
  });

  it('wants all three LiveKit settings or none', () => {
    expect(problemsOf({ LIVEKIT_URL: 'ws://127.0.0.1:7880' })).toHaveLength(1);
    expect(
      problemsOf({
        LIVEKIT_URL: 'ws://127.0.0.1:7880',
        LIVEKIT_API_KEY: 'k',
        LIVEKIT_API_SECRET: 's',
      }),
    ).toEqual([]);
  });

  it('reads drachtio-servers and FreeSWITCH as hosts with ports', () => {
    const result = readConfig({
      RINGBRO_ENGINE: 'drachtio',
      RINGBRO_DRACHTIO: 'sip-1.example.org:9022,[2001:db8::5]:9022',
      RINGBRO_DRACHTIO_SECRET: 'a',
      RINGBRO_DRACHTIO_DIRECT: 'yes',
      RINGBRO_FREESWITCH: '192.0.2.7:8021, 192.0.2.8:8021',
      RINGBRO_FREESWITCH_SECRET: 'b',
      RINGBRO_FREESWITCH_LISTEN: '192.0.2.1:8085',
    });
    expect(result).toMatchObject({
      ok: true,
      config: {
        drachtio: {
          servers: [
            { host: 'sip-1.example.org', port: 9022 },
            { host: '2001:db8::5', port: 9022 },
          ],
          direct: 'yes',
          freeSwitch: {
            servers: [{ host: '192.0.2.7' }, { host: '192.0.2.8', port: 8021 }],
            listen: { host: '192.0.2.1', port: 8085 },
          },
        },
      },
    });
  });

  it('says what the drachtio engine lacks, and what is no host with a port', () => {
    expect(problemsOf({ RINGBRO_ENGINE: 'drachtio' })).toHaveLength(4);
    expect(problemsOf({ RINGBRO_ENGINE: 'embedded' })).toEqual([]);
    // A file of them will do.
    expect(
      problemsOf({ RINGBRO_ENGINE: 'drachtio', RINGBRO_FREESWITCH_FILE: 'list' }),
    ).toHaveLength(3);
    expect(problemsOf({ RINGBRO_FREESWITCH_SRTP: 'maybe' })).toHaveLength(1);
    expect(problemsOf({ RINGBRO_DRACHTIO: 'sip.example.org' })).toHaveLength(1);
    expect(problemsOf({ RINGBRO_FREESWITCH: '192.0.2.7:0' })).toHaveLength(1);
  });

  it('makes a first meeting only where nobody but this machine can call, or where it is told to', () => {
    const firstMeeting = (env: NodeJS.ProcessEnv) => {
      const result = readConfig(env);
      return result.ok && result.config.firstMeeting;
    };
    expect(firstMeeting({})).toBe(true);
    expect(firstMeeting({ RINGBRO_SIP_ADDRESS: '127.0.0.1,::1' })).toBe(true);
    expect(firstMeeting({ RINGBRO_SIP_ADDRESS: '0.0.0.0' })).toBe(false);
    expect(firstMeeting({ RINGBRO_SIP_ADDRESS: '0.0.0.0', RINGBRO_FIRST_MEETING: 'yes' })).toBe(
      true,
    );
    expect(firstMeeting({ RINGBRO_FIRST_MEETING: 'no' })).toBe(false);
  });

  it('takes an empty value as not set', () => {
    expect(problemsOf({ RINGBRO_SIP_PORT: '', LIVEKIT_URL: '' })).toEqual([]);
  });

  it('takes the URL of a PostgreSQL database, and of no other', () => {
    expect(readConfig({})).toMatchObject({ config: { databaseUrl: undefined } });
    const databaseUrl = 'postgres://ringbro:secret@127.0.0.1/ringbro';
    expect(readConfig({ DATABASE_URL: databaseUrl })).toMatchObject({ config: { databaseUrl } });
    for (const other of ['mysql://127.0.0.1/ringbro', 'ringbro.sqlite']) {
      const [problem, ...rest] = problemsOf({ DATABASE_URL: other });
      expect(problem).toContain('DATABASE_URL: must be a URL that begins with postgres://');
      expect(rest).toEqual([]);
    }
  });

  it('takes keys of one’s own, where the words name them too', () => {
    const RINGBRO_PROMPTS_DIR = '/srv/prompts';
    const read = readConfig({ RINGBRO_KEYS: 'mute=5,mute-all=6', RINGBRO_PROMPTS_DIR });
    expect(read).toMatchObject({ config: { calls: { keys: { mute: '5', 'mute-all': '6' } } } });
    expect(problemsOf({ RINGBRO_KEYS: 'mute=5,mute-all=6' })).toEqual([
      'RINGBRO_KEYS: needs RINGBRO_PROMPTS_DIR, recordings that name these keys',
    ]);
    expect(problemsOf({ RINGBRO_KEYS: 'mute=9', RINGBRO_PROMPTS_DIR })).toEqual([
      'RINGBRO_KEYS: hand: 9 is taken',
    ]);
  });

  it('wants a PIN secret that cannot be guessed', () => {
    const pinSecret = 'x'.repeat(32);
    expect(readConfig({ RINGBRO_PIN_SECRET: pinSecret })).toMatchObject({ config: { pinSecret } });
    expect(problemsOf({ RINGBRO_PIN_SECRET: 'x'.repeat(31) })).toHaveLength(1);
  });

  it('takes nine digits as the call ID of the service desk’s meeting, others as numbers', () => {
    const deskOf = (RINGBRO_SERVICE_DESK: string) =>
      readConfig({ RINGBRO_SERVICE_DESK, RINGBRO_SERVICE_DESK_TRUNK: 'carrier' });
    expect(deskOf('123456789')).toMatchObject({ config: { serviceDesk: { callId: '123456789' } } });
    const number = { to: '+46480445500', trunk: 'carrier' };
    expect(deskOf('+46480445500')).toMatchObject({ config: { serviceDesk: number } });
    expect(problemsOf({ RINGBRO_SERVICE_DESK: '123456789' })).toEqual([]);
    expect(problemsOf({ RINGBRO_SERVICE_DESK: '+46480445500' })).toHaveLength(1);
  });

  it('knows another address of the meeting server for browsers', () => {
    const livekitBrowserUrl = 'wss://meet.example.org';
    expect(readConfig({ LIVEKIT_BROWSER_URL: livekitBrowserUrl })).toMatchObject({
      config: { livekitBrowserUrl },
    });
    expect(problemsOf({ LIVEKIT_BROWSER_URL: 'meet.example.org' })).toHaveLength(1);
  });
});
