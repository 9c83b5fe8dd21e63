import { describe, expect, it } from 'vitest';
import { apiQuery, emptySearch, searchOf, toAddress } from '../../../web/operator/log-search.ts';

describe('a search of the log', () => {
  it('goes into the address and comes back the same', () => {
    const search = { ...emptySearch, number: '+46701234567', result: 'refused' };
    const address = toAddress('/operator/log', search);
    expect(address).toBe('/operator/log?result=refused&number=%2B46701234567');
    expect(searchOf(new URLSearchParams(address.split('?')[1]))).toEqual(search);
    expect(toAddress('/operator/log', emptySearch)).toBe('/operator/log');
  });

  it('asks the API for digits without spaces and times with their zone', () => {
    const from = '2026-03-01T09:00';
    const query = new URLSearchParams(
      apiQuery({ ...emptySearch, callId: '142 536 475', supportCode: '17 50 39', from }),
    );
    expect(query.get('callId')).toBe('142536475');
    expect(query.get('supportCode')).toBe('175039');
    expect(query.get('from')).toBe(new Date(from).toISOString());
  });

  it('ends so that more can follow, and is empty where nothing is asked', () => {
    expect(apiQuery(emptySearch)).toBe('');
    expect(apiQuery({ ...emptySearch, state: 'live' })).toBe('state=live&');
  });

  it('leaves it to the API to refuse what is no time', () => {
    expect(apiQuery({ ...emptySearch, from: 'yesterday' })).toBe('from=yesterday&');
  });

  it('takes nothing else from an address', () => {
    expect(searchOf(new URLSearchParams('state=live&__proto__=x&limit=5'))).toEqual({
      ...emptySearch,
      state: 'live',
    });
  });
});
