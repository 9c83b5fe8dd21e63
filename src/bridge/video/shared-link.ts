/** One link for two who watch: what either wants is subscribed to, as large as it wants it. */
import type { PictureLink } from '../room/link-types.ts';
import type { PictureSize } from './picture-size.ts';

type Want = Parameters<PictureLink['watch']>[1];
interface Part {
  trackKeys: readonly number[];
  want: Want | undefined;
}

/** Two faces of `link()`, for the first stream and the second. */
export const shareLink = (
  link: () => PictureLink | undefined,
): readonly [first: () => PictureLink | undefined, second: () => PictureLink | undefined] => {
  const parts: readonly Part[] = [
    { trackKeys: [], want: undefined },
    { trackKeys: [], want: undefined },
  ];
  const watchAll = (of: PictureLink): void => {
    const busy = parts.flatMap(({ trackKeys, want }) =>
      trackKeys.length > 0 && want !== undefined ? [want] : [],
    );
    const most = (read: (want: Want) => number): number => Math.max(0, ...busy.map(read));
    const sizes = new Map<number, PictureSize>();
    for (const { trackKeys, want } of parts) {
      for (const trackKey of trackKeys) {
        const { width = 0, height = 0 } = sizes.get(trackKey) ?? {};
        sizes.set(trackKey, {
          width: Math.max(width, want?.width ?? 0),
          height: Math.max(height, want?.height ?? 0),
        });
      }
    }
    of.watch([...new Set(parts.flatMap(({ trackKeys }) => trackKeys))], {
      width: most(({ width }) => width),
      height: most(({ height }) => height),
      // Both come at once.
      maxBitrateKbps: busy.reduce((sum, want) => sum + want.maxBitrateKbps, 0),
      sizes,
    });
  };
  const face = (part: Part | undefined): (() => PictureLink | undefined) => {
    let of: PictureLink | undefined;
    let shown: PictureLink | undefined;
    return () => {
      const now = link();
      if (now !== of) {
        of = now;
        shown = now && {
          ...now,
          watch: (trackKeys, want) => {
            if (part === undefined) return;
            const isSame = part.trackKeys.join() === trackKeys.join();
            if (isSame && trackKeys.length === 0) return;
            Object.assign(part, { trackKeys, want });
            watchAll(now);
          },
        };
      }
      return shown;
    };
  };
  return [face(parts[0]), face(parts[1])];
};
