/** Who asks, once known. */
import type { FastifyRequest } from 'fastify';
import { type Scope, scopes, type Session } from '../../call/ports/access.ts';
import { ProblemError } from '../problems.ts';
import type { RouteAccess } from './route-access.ts';

export interface Principal {
  readonly kind: 'root' | 'key' | 'account';
  /** As the audit log has it: `root key`, `key booking system`, `account anna`. */
  readonly actor: string;
  readonly accountId?: string;
  readonly scopes: readonly Scope[];
  /** Of a key or account that books for one organisation unit alone. */
  readonly unit?: string | undefined;
  /** Of an account that came with a cookie. */
  readonly session?: Session;
}

/** RINGBRO_API_KEY: may do everything. */
export const rootPrincipal: Principal = { kind: 'root', actor: 'root key', scopes };

/** A route that declares nothing is open to the root key alone. */
export function mayUse(principal: Principal, access: RouteAccess | undefined): boolean {
  if (access === undefined) return principal.kind === 'root';
  if (access === 'signed-in') return true;
  return access.some((scope) => principal.scopes.includes(scope));
}

const principals = new WeakMap<FastifyRequest, Principal>();

export const rememberPrincipal = (request: FastifyRequest, principal: Principal): void => {
  principals.set(request, principal);
};

/** Undefined outside what the gate guards. */
export const principalOf = (request: FastifyRequest): Principal | undefined =>
  principals.get(request);

/** The unit of a booking: that of the key or account, whatever else was asked for. Throws `request/forbidden`. */
export function unitFor(
  request: FastifyRequest,
  asked: string | null | undefined,
): { readonly unit?: string } {
  const own = principalOf(request)?.unit;
  if (own === undefined) return {};
  if (asked !== undefined && asked !== own) throw new ProblemError('request/forbidden');
  return { unit: own };
}

/** Whole numbers are for those who help; who books knows its invitees. */
export const seesNumbers = (request: FastifyRequest): boolean =>
  principalOf(request)?.scopes.includes('operator') === true;

/** Call IDs of live meetings are credentials: whole for those who book, masked for all others. */
export const seesCallIds = (request: FastifyRequest): boolean =>
  principalOf(request)?.scopes.includes('booking') === true;
