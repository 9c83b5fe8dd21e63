/** A fault of the media side with its stable code (`docs/errors.md`). */
export type MediaErrorCode = 'media/no-port' | 'media/no-worker';

export class MediaError extends Error {
  readonly code: MediaErrorCode;
  constructor(code: MediaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MediaError';
    this.code = code;
  }
}
