import { createCallCore } from '../call/call-core.ts';
import { defaultCallSettings } from '../call/call-settings.ts';
import type { Config } from '../config.ts';
import type { TrunkSettings } from './trunk-settings.ts';

export const coreSettings = (
  config: Config,
  trunks: TrunkSettings | undefined,
): Parameters<typeof createCallCore>[0]['settings'] => ({
  screening: {
    trunkTerms: trunks && ((name) => trunks.current.trunks.find((each) => each.name === name)),
    allow: config.sip.allow,
    numbers: config.sip.numbers,
    domains: config.sip.domains,
    maxCalls: config.calls.maxCalls,
    test: config.test,
  },
  timeZone: config.calls.timeZone,
  goBackMs: config.calls.goBackMs,
  hostGraceMs: config.calls.hostGraceMs,
  call: {
    ...defaultCallSettings,
    ivr: {
      ...defaultCallSettings.ivr,
      firstDigitTimeoutMs: config.calls.firstDigitTimeoutMs,
      interDigitTimeoutMs: config.calls.interDigitTimeoutMs,
    },
    admissionWords: config.calls.admissionWords,
    keys: config.calls.keys,
    hasServiceDesk: config.serviceDesk !== undefined,
    testCallId: config.test.callId,
    maxCallMs: config.calls.maxCallMs,
    ringMs: config.calls.ringMs,
  },
});
