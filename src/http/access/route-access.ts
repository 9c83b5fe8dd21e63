/** Who may use a route: declared with it, as `config: { access: … }`. What declares nothing is closed. */
import type { Scope } from '../../call/ports/access.ts';

/** One of these scopes is enough; 'signed-in': whoever is known at all. */
export type RouteAccess = readonly Scope[] | 'signed-in';

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: RouteAccess;
    /** No entry in the audit log though it is no GET: it changes nothing, or writes its own. */
    unaudited?: boolean;
    /** An entry though it is a GET: what it gives is not everybody's. */
    audited?: boolean;
  }
}

/** Booking systems and the pages of hosts. */
export const forBooking = { access: ['booking'] } as const;
/** What help may do to a call; whoever books may, too. */
export const forHelp = { access: ['operator', 'booking'] } as const;
/** Calls, to look at. */
export const forReaders = { access: ['operator', 'read-only', 'booking'] } as const;
export const forAdmins = { access: ['admin'] } as const;
export const forSignedIn = { access: 'signed-in' } as const;
