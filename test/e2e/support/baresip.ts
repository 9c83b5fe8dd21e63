/** baresip, a SIP telephone of others: it speaks a tone and records what it hears. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeWav } from '../../../src/bridge/audio/wav.ts';
import { freePort } from './gateway-process.ts';

export interface BaresipOptions {
  /** What to dial at once; a port: calls to `sip:phone@127.0.0.1` there are answered. */
  readonly target: string | number;
  readonly transport: 'udp' | 'tcp' | 'tls';
  /**
   * `srtp` offers it beside plain sound (RFC 8643), `srtp-mand` and `srtp-mandf` alone (RTP/SAVP, RTP/SAVPF),
   * `dtls_srtp` with keys of a handshake; undefined: not at all.
   */
  readonly mediaEncryption?: 'srtp' | 'srtp-mand' | 'srtp-mandf' | 'dtls_srtp' | undefined;
  readonly rtcpMux?: boolean | undefined;
  /** Who may sign the certificate of the other side. */
  readonly authorityFile: string;
  readonly toneHz: number;
  /** Registers as this address, and answers calls to it; in place of `sip:phone@127.0.0.1`. */
  readonly registration?:
    { readonly address: string; readonly password: string; readonly registrar: string } | undefined;
  /** The only one that it has [PCMA]. */
  readonly codec?: keyof typeof codecs | undefined;
  readonly rtpPorts: string;
  /** Where all that it sends goes: domains need no DNS then. */
  readonly outboundProxy?: string | undefined;
  /** A film that its camera shows; undefined: it has neither camera nor screen. */
  readonly film?: string | undefined;
}

export interface Baresip {
  output(): string;
  /** The last `ms` that it heard, one channel at its codec's rate [8 kHz]. */
  lastHeard(ms: number): Promise<Int16Array>;
  /** What is on its screen now, as a PNG file; undefined: nothing yet. Only with a film. */
  screen(): Promise<string | undefined>;
  /** A long command of its menu, such as `hold`. Only with a film. */
  order(command: string, params?: string): Promise<void>;
  /** Hangs up by ending; removes its files. */
  close(): Promise<void>;
}

/** Where Debian puts them. */
const modulePath = '/usr/lib/baresip/modules';
const codecs = {
  PCMA: { name: 'PCMA/8000/1', rateHz: 8000, channels: 1 },
  G722: { name: 'G722/16000/1', rateHz: 16_000, channels: 1 },
  opus: { name: 'opus/48000/2', rateHz: 48_000, channels: 2 },
} as const;
const pictureModules = ['avcodec', 'avformat', 'fakevideo', 'snapshot', 'ctrl_tcp'];
const modules = ['g711', 'g722', 'opus', 'aufile', 'aubridge', 'sndfile', 'srtp', 'dtls_srtp'];

const configText = (
  folder: string,
  controlPort: number,
  { authorityFile, rtpPorts, target, rtcpMux = false, film }: BaresipOptions,
): string =>
  [
    `module_path ${modulePath}`,
    'net_interface 127.0.0.1',
    `sip_listen 127.0.0.1:${typeof target === 'number' ? target : 0}`,
    `sip_cafile ${authorityFile}`,
    'audio_alert aubridge,nowhere',
    `audio_source aufile,${join(folder, 'tone.wav')}`,
    'audio_player aubridge,nowhere',
    'audio_level no',
    `snd_path ${folder}`,
    `rtp_ports ${rtpPorts}`,
    'rtp_timeout 60',
    `rtcp_mux ${rtcpMux ? 'yes' : 'no'}`,
    ...(film === undefined
      ? []
      : [
          `video_source avformat,${film}`,
          'video_display fakevideo,nowhere',
          'video_size 320x240',
          'video_fps 15',
          'video_bitrate 500000',
          `ctrl_tcp_listen 127.0.0.1:${controlPort}`,
        ]),
    ...[...modules, ...(film === undefined ? [] : pictureModules)].map(
      (name) => `module ${name}.so`,
    ),
    'module_tmp account.so',
    'module_app menu.so',
    '',
  ].join('\n');

export const startBaresip = async (options: BaresipOptions): Promise<Baresip> => {
  const folder = await mkdtemp(join(tmpdir(), 'ringbro-baresip-'));
  const encryption =
    options.mediaEncryption === undefined ? '' : `;mediaenc=${options.mediaEncryption}`;
  const codec = codecs[options.codec ?? 'PCMA'];
  const { address = 'phone@127.0.0.1', password, registrar } = options.registration ?? {};
  const registration =
    registrar === undefined
      ? `regint=0${options.outboundProxy === undefined ? '' : `;outbound="${options.outboundProxy}"`}`
      : `regint=60;outbound="${registrar}";auth_pass=${password}`;
  const account = `<sip:${address};transport=${options.transport}>;${registration};answermode=auto;audio_codecs=${codec.name}${encryption}\n`;
  const seconds = 60;
  const dialling = typeof options.target === 'number' ? [] : ['-e', `/dial ${options.target}`];
  const { rateHz, channels } = codec;
  const tone = Int16Array.from({ length: rateHz * channels * seconds }, (_, i) =>
    Math.round(
      10_000 * Math.sin((2 * Math.PI * options.toneHz * Math.floor(i / channels)) / rateHz),
    ),
  );
  const controlPort = await freePort();
  await writeFile(join(folder, 'config'), configText(folder, controlPort, options));
  await writeFile(join(folder, 'accounts'), account);
  await writeFile(join(folder, 'contacts'), '');
  await writeFile(join(folder, 'tone.wav'), wavOf(tone, rateHz, channels));
  const child: ChildProcess = spawn(
    'baresip',
    ['-4', '-f', folder, '-t', String(seconds), ...dialling],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let printed = '';
  let screens = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const gone = once(child, 'exit');
  return {
    output: () => printed,
    lastHeard: async (ms) => {
      const name = (await readdir(folder)).find((file) => file.endsWith('-dec.wav'));
      if (name === undefined) return new Int16Array(0);
      const file = await readFile(join(folder, name));
      // The header is finished when the file is: its size there is not to be trusted before.
      const samples = Math.floor((file.length - 44) / 2);
      const frames = Math.floor(samples / channels);
      const pcm = Int16Array.from({ length: frames }, (_, i) =>
        file.readInt16LE(44 + i * channels * 2),
      );
      return pcm.slice((-rateHz / 1000) * ms);
    },
    screen: async () => {
      const file = join(folder, `screen-${++screens}`);
      await order(controlPort, 'snapshot_recv', file);
      for (let waited = 0; waited < 3000; waited += 50) {
        if (printed.includes(`wrote ${file}`)) return file;
        await sleep(50);
      }
      return undefined;
    },
    order: (command, params = '') => order(controlPort, command, params),
    close: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

/** A command in baresip's own form: JSON in a netstring. */
const order = async (port: number, command: string, params: string): Promise<void> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const text = JSON.stringify({ command, params });
  socket.write(`${Buffer.byteLength(text)}:${text},`);
  await once(socket, 'data');
  socket.destroy();
};

/** Samples of all channels, one after the other. */
const wavOf = (pcm: Int16Array, rateHz: number, channels: number): Uint8Array => {
  const file = writeWav(pcm, rateHz);
  const header = new DataView(file.buffer);
  header.setUint16(22, channels, true);
  header.setUint32(28, rateHz * channels * 2, true);
  header.setUint16(32, channels * 2, true);
  return file;
};
