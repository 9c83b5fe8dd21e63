/**
 * Our last description, as a session refresh offers it once more: the same, RFC 4028 §7.4. Only a
 * connection that it announced as new is there by now and goes on: RFC 4145 §5, RFC 4583 §7; that is
 * another description, with the next version. RFC 3264 §8
 */
export const refreshedSdp = (sdp: string): string => {
  const kept = sdp.replaceAll(/^a=connection:new(?=\r?$)/gm, 'a=connection:existing');
  return kept === sdp ? sdp : kept.replace(/^(o=\S+ \d+ )(\d+)/m, withNextVersion);
};

const withNextVersion = (_line: string, before: string, version: string): string =>
  `${before}${BigInt(version) + 1n}`;
