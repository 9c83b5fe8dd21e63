/** The deployment as far as it can be read without a Docker engine: shapes, settings, files, ports. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { readConfig } from '../../src/config.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const service = z.object({
  image: z.string(),
  build: z.string().optional(),
  restart: z.string().optional(),
  network_mode: z.string().optional(),
  profiles: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z
    .record(z.string(), z.object({ condition: z.literal('service_healthy') }))
    .default({}),
  healthcheck: z.looseObject({}).optional(),
  command: z.array(z.string()).default([]),
});
const composeText = read('docker-compose.yml');
const compose = z
  .object({
    services: z.record(z.string(), service),
    volumes: z.record(z.string(), z.unknown()),
    networks: z.record(z.string(), z.unknown()),
  })
  .parse(parse(composeText, { merge: true }));
const { services } = compose;
const { gateway, freeswitch, livekit } = services;
if (gateway === undefined || freeswitch === undefined || livekit === undefined) {
  throw new Error('the set is not whole');
}

const example = Object.fromEntries(
  read('.env.example')
    .split('\n')
    .filter((line) => /^[A-Z]/.test(line))
    .map((line): [string, string] => [
      line.slice(0, line.indexOf('=')),
      line.slice(line.indexOf('=') + 1),
    ]),
);
const secretNames = Object.keys(example).filter((name) =>
  /SECRET$|PASSWORD$|RINGBRO_API_KEY/.test(name),
);
/** What somebody fills in. */
const filledIn: Readonly<Record<string, string>> = {
  ...example,
  ...Object.fromEntries(secretNames.map((name) => [name, 'filledin'.repeat(8)])),
};

/** As Compose does it: `${NAME:?}` and `${NAME:-default}`. */
const interpolated = (text: string): string =>
  text.replaceAll(
    /(?<!\$)\$\{([A-Z_]+)(?::[?-]([^}]*))?\}/g,
    (_, name: string, fallback?: string) => filledIn[name] ?? fallback ?? '',
  );

test('the set is whole, and everything in it says how it is', () => {
  expect(Object.keys(services).toSorted()).toEqual(
    ['drachtio', 'freeswitch', 'gateway', 'livekit', 'postgres', 'redis', 'sipp'].toSorted(),
  );
  for (const [name, { restart, healthcheck, build }] of Object.entries(services)) {
    if (name === 'sipp') continue;
    expect([name, restart]).toEqual([name, 'unless-stopped']);
    // The gateway's is in its Dockerfile.
    expect([name, healthcheck !== undefined || build === '.']).toEqual([name, true]);
  }
  expect(services['sipp']?.profiles).toEqual(['test']);
});

test('who carries sound has the host’s network, the databases are on loopback', () => {
  const withSound = ['drachtio', 'freeswitch', 'gateway', 'livekit', 'sipp'];
  for (const [name, { network_mode, ports }] of Object.entries(services)) {
    expect([name, network_mode]).toEqual([name, withSound.includes(name) ? 'host' : undefined]);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  }
});

test('every variable is in .env.example, and every one there is used', () => {
  const used = [...composeText.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map(([, name]) => name);
  expect(Object.keys(example).toSorted()).toEqual([...new Set(used)].toSorted());
});

test('no secret stands in the files, and nothing starts without one', () => {
  expect(secretNames).toHaveLength(7);
  for (const name of secretNames) {
    expect([name, example[name]]).toEqual([name, '']);
    expect(composeText).not.toMatch(new RegExp(`\\$\\{${name}(?!:\\?)`));
  }
  const secrets = /^\s+(?:\w*(?:SECRET|PASSWORD|API_KEY)): (?!\$\{\w+:\?\}$)(.*)$/gm;
  expect([...composeText.matchAll(secrets)].map(([line]) => line.trim())).toEqual([]);
});

test('a gateway starts with what the file gives it', () => {
  const environment = Object.fromEntries(
    Object.entries(gateway.environment).map(([name, value]) => [name, interpolated(value)]),
  );
  expect(readConfig(environment)).toMatchObject({
    ok: true,
    config: {
      engine: 'drachtio',
      databaseUrl: `postgres://ringbro:${'filledin'.repeat(8)}@127.0.0.1:5432/ringbro`,
    },
  });
});

test('what is mounted is there, and every volume is declared', () => {
  for (const { volumes } of Object.values(services)) {
    for (const volume of volumes) {
      const [source = ''] = volume.split(':');
      if (source.startsWith('./'))
        expect([source, existsSync(join(root, source))]).toEqual([source, true]);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
  }
});

test('who waits for another one waits for one that is there', () => {
  for (const { depends_on } of Object.values(services)) {
    for (const name of Object.keys(depends_on)) expect(Object.keys(services)).toContain(name);
  }
});

test('the media ports of gateway, FreeSWITCH and LiveKit are apart', () => {
  const rtc = z
    .object({ rtc: z.object({ port_range_start: z.number(), port_range_end: z.number() }) })
    .parse(parse(read('deploy/livekit/livekit.yaml'))).rtc;
  const ranges = [
    (gateway.environment['RINGBRO_RTP_PORTS'] ?? '').split('-').map(Number),
    [
      Number(freeswitch.environment['FREESWITCH_RTP_FIRST']),
      Number(freeswitch.environment['FREESWITCH_RTP_LAST']),
    ],
    [rtc.port_range_start, rtc.port_range_end],
  ].toSorted(([a = 0], [b = 0]) => a - b);
  for (const [at, [first = NaN, last = NaN]] of ranges.entries()) {
    expect(last).toBeGreaterThan(first);
    expect(first).toBeGreaterThan(ranges[at - 1]?.[1] ?? 1024);
  }
  // docs/deploy.md tells the firewall.
  for (const [first = 0, last = 0] of ranges) {
    expect(read('docs/deploy.md')).toContain(`${first}-${last}`);
  }
});

test('FreeSWITCH gets every variable that its configuration reads', () => {
  const wanted = [
    ...read('deploy/freeswitch/freeswitch.xml').matchAll(/data="\w+=\$(FREESWITCH_\w+)"/g),
  ];
  expect(wanted.length).toBeGreaterThan(0);
  expect(Object.keys(freeswitch.environment).toSorted()).toEqual(
    wanted.map(([, name]) => String(name)).toSorted(),
  );
});

describe('the gateway’s image', () => {
  const lines = read('Dockerfile').split('\n');
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')));

  test('is built in stages from the Node that the project runs on', () => {
    const bases = lines.filter((line) => line.startsWith('FROM '));
    expect(bases.length).toBeGreaterThan(1);
    for (const base of bases) expect(base).toMatch(/^FROM node:26-/);
    expect(lines.join('\n')).toContain('npm ci --omit=dev');
  });

  test('runs as nobody in particular, with a health check', () => {
    expect(last).toContain('USER node');
    expect(last.some((line) => line.startsWith('HEALTHCHECK '))).toBe(true);
  });

  test('is given the source, the pages and the prompts alone', () => {
    const given = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(given.toSorted()).toEqual(
      [
        '!.npmrc',
        '!package-lock.json',
        '!package.json',
        '!prompts',
        '!src',
        '!tsconfig.json',
        '!web',
      ].toSorted(),
    );
  });
});

test('the workflow runs the check, all suites, the contract on the set, and the scenarios', () => {
  const workflow = z
    .object({
      jobs: z.record(
        z.string(),
        z.object({ steps: z.array(z.looseObject({ run: z.string().optional() })) }),
      ),
    })
    .parse(parse(read('.github/workflows/ci.yml')));
  const runs = Object.values(workflow.jobs).flatMap(({ steps }) =>
    steps.map(({ run }) => run ?? ''),
  );
  for (const command of [
    'npm run check',
    'npm test',
    'docker compose config --quiet',
    'npx vitest run --project e2e-alone test/sip/drachtio',
    'docker compose --profile test run --rm sipp',
  ]) {
    expect(runs.join('\n')).toContain(command);
  }
});
