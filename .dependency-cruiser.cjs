/** Imports point inward: adapters know the core's ports, the core knows no adapter. */
const sdk =
  '^(fastify|@fastify|kysely|pino|werift|ws|@livekit|livekit-server-sdk|drachtio|node_modules/(fastify|@fastify|kysely|pino|werift|ws|@livekit|livekit-server-sdk|drachtio))';
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'core-is-pure',
      comment: 'call, ivr, meeting and trunk decide; they do no I/O and know no SDK',
      severity: 'error',
      from: { path: '^src/(call|ivr|meeting|trunk)/' },
      to: {
        path: `^src/(sip|bridge|store|http|cluster|caller|metrics|webhooks|directory|speech)/|${sdk}`,
      },
    },
    {
      name: 'core-has-no-io',
      severity: 'error',
      from: { path: '^src/(call|ivr|meeting|trunk|sip/(message|transaction|dialog))/' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|net|dgram|tls|http|https|worker_threads|child_process)',
      },
    },
    {
      name: 'adapters-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/(sip|bridge|store|http|cluster|metrics|webhooks|directory)/' },
      to: {
        path: '^src/(sip|bridge|store|http|cluster|metrics|webhooks|directory)/',
        pathNot: '^src/$1/',
      },
    },
    {
      name: 'sip-machines-are-sans-io',
      severity: 'error',
      from: { path: '^src/sip/(message|transaction|dialog)/' },
      to: { path: '^src/sip/(embedded|drachtio)/' },
    },
    {
      name: 'engines-do-not-know-each-other',
      comment: 'what both need is in message, transaction, dialog, peers or leg',
      severity: 'error',
      from: { path: '^src/sip/(embedded|drachtio)/' },
      to: { path: '^src/sip/(embedded|drachtio)/', pathNot: '^src/sip/$1/' },
    },
    {
      name: 'what-engines-share-knows-no-engine',
      severity: 'error',
      from: { path: '^src/sip/(leg|peers)/' },
      to: { path: '^src/sip/(embedded|drachtio)/' },
    },
    {
      name: 'only-the-room-folder-knows-livekit',
      comment: 'werift is also the DTLS library of DTLS-SRTP towards callers',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/bridge/(room/|rtp/dtls-engine\\.ts)' },
      to: { path: 'node_modules/(@livekit|livekit-server-sdk|werift)/' },
    },
    {
      name: 'only-the-drachtio-folder-knows-drachtio',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/sip/drachtio/' },
      to: { path: 'node_modules/drachtio' },
    },
    {
      name: 'pages-know-words-and-shapes',
      comment:
        'of the server, pages take what is pure: schemas as types, lists of the core, sentences',
      severity: 'error',
      from: { path: '^web/' },
      to: {
        path: '^src/',
        pathNot: '^src/(call|ivr|meeting)/|^src/http/(access/)?[a-z-]*(schemas|problems)\\.ts$',
      },
    },
    {
      name: 'pages-bundle-no-server',
      severity: 'error',
      from: { path: '^web/', pathNot: '^web/(vite\\.config|prepare)\\.ts$' },
      to: { path: '^src/http/|node_modules/zod/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'the-server-needs-no-page',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^web/' },
    },
    {
      name: 'tests-stay-outside',
      severity: 'error',
      from: { path: '^(src|web)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
