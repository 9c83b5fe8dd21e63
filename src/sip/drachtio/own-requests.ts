/** What we send by ourselves through one connection to a drachtio-server: requests, and calls of ours. */
import type { Socket } from 'node:net';
import type { Srf, SrfDialog, SrfFailure, SrfReceivedResponse } from './drachtio-types.ts';
import type { CreateUac } from './freeswitch.ts';
import { faultName } from './socket-guard.ts';

export interface OutsidePlan {
  readonly method: string;
  readonly requestUri: string;
  /** Where it is sent, as a SIP URI; undefined: where the Request-URI leads. */
  readonly nextHop?: string;
  /** `@localhost` in From, To and Contact becomes drachtio-server's address for the way it takes. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface InvitePlan extends Omit<OutsidePlan, 'method' | 'timeoutMs'> {
  readonly sdp: string;
  /** It is on its way; what is handed over takes it back. */
  readonly onSent: (cancel: () => void) => void;
  /** Called with the dialog before anything can happen to it; its ACK is sent. */
  readonly attach: (dialog: SrfDialog) => void;
}

/** How an INVITE of ours was answered. Without a status nobody did, or it could not be sent. */
export type InviteOutcome =
  | 'answered'
  | { readonly sipStatus: number; readonly raw: string }
  | { readonly sipStatus: undefined; readonly reason: string };

export type PlaceInvite = (plan: InvitePlan) => Promise<InviteOutcome>;

/** What a call of ours signals through. */
export interface OwnSignalling {
  /** The same object for all calls of one connection. */
  readonly link: object;
  readonly createUac: CreateUac;
  readonly placeInvite: PlaceInvite;
}

export const toError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(typeof error === 'string' ? error : 'drachtio failed');

/** A 408 from nobody is drachtio-server's own: nothing answers there. RFC 3261 §8.1.3.1 */
const refusalIn = (error: SrfFailure, isHeardOf: boolean): InviteOutcome => {
  const reason = faultName(error);
  if (!(error instanceof Error) || error.res === undefined) return { sipStatus: undefined, reason };
  const { status, raw } = error.res;
  if (status === 408 && !isHeardOf) return { sipStatus: undefined, reason: 'no answer' };
  return { sipStatus: status, raw };
};

/** Makes dialogs with FreeSWITCH. */
export const createUacThrough =
  (srf: Srf, socket: Socket | undefined): CreateUac =>
  (uri, uacOptions, onOver) =>
    new Promise((resolve, reject) => {
      const through = socket === undefined ? {} : { _socket: socket };
      srf.createUAC(uri, { ...uacOptions, ...through }, {}, (error, dialog) => {
        if (dialog === undefined) {
          reject(toError(error));
          return;
        }
        dialog.on('destroy', (bye) => {
          onOver(bye.get('Reason'));
        });
        resolve(dialog);
      });
    });

const placeInviteThrough =
  (srf: Srf, socket: Socket): PlaceInvite =>
  ({ requestUri, nextHop, sdp, headers = {}, onSent, attach }) =>
    new Promise((resolve) => {
      const way = { ...(nextHop !== undefined && { proxy: nextHop }), _socket: socket };
      let isHeardOf = false;
      srf.createUAC(
        requestUri,
        { localSdp: sdp, headers: { ...headers }, ...way },
        {
          cbRequest: (_error, sent) => {
            if (sent !== undefined)
              onSent(() => {
                sent.cancel(() => undefined);
              });
          },
          cbProvisional: () => {
            isHeardOf = true;
          },
        },
        (error, dialog) => {
          if (dialog === undefined) resolve(refusalIn(error, isHeardOf));
          else {
            attach(dialog);
            resolve('answered');
          }
        },
      );
    });

export const ownSignalling = (srf: Srf, socket: Socket): OwnSignalling => ({
  link: socket,
  createUac: createUacThrough(srf, socket),
  placeInvite: placeInviteThrough(srf, socket),
});

/** Rejects where it could not be sent; nothing where no final response comes. */
export const requestThrough = (
  srf: Srf,
  socket: Socket,
  { method, requestUri, nextHop, headers = {} }: OutsidePlan,
): Promise<SrfReceivedResponse> =>
  new Promise((resolve, reject) => {
    const way = { ...(nextHop !== undefined && { proxy: nextHop }), _socket: socket };
    srf.request(requestUri, { method, headers: { ...headers }, ...way }, (error, sent) => {
      if (sent === undefined) reject(toError(error));
      else
        sent.on('response', (response) => {
          if (response.status >= 200) resolve(response);
        });
    });
  });
