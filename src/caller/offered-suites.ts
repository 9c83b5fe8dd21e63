import type { SrtpSuite } from '../call/ports/media.ts';

/** An offer with the crypto lines of these suites alone. RFC 4568 §9.1 */
export const withSuites = (sdp: string, suites: readonly SrtpSuite[]): string =>
  sdp.replace(/^a=crypto:\d+ (\S+) .*\r\n/gm, (line, suite) =>
    suites.some((each) => each === suite) ? line : '',
  );
