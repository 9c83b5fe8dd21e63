import type { Card } from '../call/ports/media.ts';
import { drawCard } from './draw-card.ts';
import { encodeIdrPicture, type IdrPicture } from './h264/idr-picture.ts';
import type { PictureSize } from './h264/parameter-sets.ts';
import type { Lettering } from './lettering.ts';

/** Sharp letters; a card of usual length has 20 to 35 kB at 1280 × 720. */
const qp = 28;

/** Draws and encodes a card. Takes 50 to 200 ms of processor time. */
export const printCard = (card: Card, size: PictureSize, lettering: Lettering): IdrPicture =>
  encodeIdrPicture(drawCard(card, size, lettering), qp);
