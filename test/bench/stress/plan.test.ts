import { describe, expect, it } from 'vitest';
import { parsePlan } from '../../../bench/stress/plan.ts';

describe('the command line of a stress run', () => {
  it('has a plan for itself where nothing is said', () => {
    expect(parsePlan([])).toMatchObject({ calls: 50, rooms: 25, engine: 'embedded', nodes: 1 });
  });

  it('takes what is said', () => {
    const plan = parsePlan(
      '--calls 250 --rate 7.5 --hold 600 --rooms 125 --engine drachtio --max-sound 300'.split(' '),
    );
    expect(plan).toMatchObject({
      ...{ calls: 250, callsPerSecond: 7.5, holdS: 600, rooms: 125, engine: 'drachtio' },
      limits: { soundP95Ms: 300, answerP99Ms: undefined },
    });
  });

  it('has several nodes share the load, by meetings or within them', () => {
    expect(parsePlan(['--nodes', '2', '--whole'])).toMatchObject({ nodes: 2, wholeMeetings: true });
    expect(parsePlan(['--nodes', '3'])).toMatchObject({ nodes: 3, wholeMeetings: false });
  });

  it('watches the processes that are named', () => {
    expect(parsePlan(['--watch', 'freeswitch=12,drachtio-server=345']).watched).toEqual([
      { name: 'freeswitch', pid: 12 },
      { name: 'drachtio-server', pid: 345 },
    ]);
    expect(parsePlan([]).watched).toEqual([]);
  });

  it('looks for no listeners where no caller leaves the IVR', () => {
    expect(parsePlan(['--rooms', '0'])).toMatchObject({ rooms: 0, listeners: 0, witnesses: 0 });
  });

  it.each([
    ['--calls 0', '--calls'],
    ['--calls many', '--calls'],
    ['--rate 0', '--rate'],
    ['--engine asterisk', '--engine'],
    ['--watch freeswitch', '--watch'],
    ['--watch freeswitch=0', '--watch'],
    ['--target 127.0.0.1:5060', 'go together'],
    ['--target nowhere --api http://a --key k --timed 0 --witnesses 0', 'host:port'],
    ['--target 127.0.0.1:5060 --api http://a --key k', 'other gateway'],
    ['--target 127.0.0.1:5060 --api http://a --key k --timed 0 --witnesses 0 --nodes 2', '--nodes'],
    ['--number sip:x', '--number'],
    ['--colour red', 'colour'],
  ])('says what is wrong with %s', (line, words) => {
    expect(() => parsePlan(line.split(' '))).toThrow(words);
  });
});
