/** How one codec's pictures come in RTP, and what of them has to be known before they are decoded. */
/** Codecs of browsers that video rooms do not know. */
export const foreignCodecs = ['vp8', 'vp9', 'av1'] as const;
export type ForeignCodec = (typeof foreignCodecs)[number];

export interface PictureDimensions {
  readonly width: number;
  readonly height: number;
}

/** What one RTP payload brings to a picture. */
export interface PicturePart {
  readonly bytes: Buffer;
  /** For certain the first of a picture. */
  readonly begins: boolean;
}

export interface PictureFormat {
  /** The codec's name in IVF. */
  readonly fourcc: string;
  /** Undefined: not a payload of this codec. Never throws. */
  readonly part: (payload: Buffer) => PicturePart | undefined;
  /** The parts of one picture as a decoder takes it; undefined: they do not belong together. */
  readonly join: (parts: readonly Buffer[]) => Buffer | undefined;
  /** Of a picture that needs no other one; undefined for all others. */
  readonly keyFrameSize: (picture: Buffer) => PictureDimensions | undefined;
}
