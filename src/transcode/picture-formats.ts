import { av1Format } from './av1-format.ts';
import type { ForeignCodec, PictureFormat } from './picture-format.ts';
import { vp8Format } from './vp8-format.ts';
import { vp9Format } from './vp9-format.ts';

export const pictureFormats: Readonly<Record<ForeignCodec, PictureFormat>> = {
  vp8: vp8Format,
  vp9: vp9Format,
  av1: av1Format,
};
