/** A key frame asked for by SIP INFO, where RTCP can't. RFC 5168 */
export const mediaControlType = 'application/media_control+xml';

/** Whether the body asks for one; errors that are told the same way are nothing to us. */
export const asksForKeyFrame = (mediaType: string, body: Buffer): boolean =>
  mediaType === mediaControlType &&
  /<(?:[A-Za-z][\w.-]*:)?picture_fast_update[\s/>]/.test(body.subarray(0, 4096).toString('latin1'));

/** The body that asks for one of every stream of pictures. */
export const pictureFastUpdate =
  '<?xml version="1.0" encoding="utf-8"?>\r\n' +
  '<media_control><vc_primitive><to_encoder><picture_fast_update/></to_encoder></vc_primitive></media_control>\r\n';
