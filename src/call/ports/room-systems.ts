/** Video room systems of our own, which register at addresses of our domains. */

export interface RoomSystem {
  /** `user@domain`, lower case. */
  readonly address: string;
  /** What people call it. */
  readonly name: string;
  readonly createdAt: number;
  readonly createdBy: string;
}

/**
 * What a digest is checked against: H(user:domain:password), RFC 7616 §3.4.2, for each algorithm that is
 * asked for. The password is kept nowhere.
 */
export interface RoomSystemSecret {
  readonly sha256: string | undefined;
  readonly md5: string | undefined;
}

/** One place at which a room system may be reached, RFC 3261 §10. */
export interface Binding {
  readonly address: string;
  /** A SIP URI. */
  readonly contact: string;
  /** Where the REGISTER came from: the way back through a NAT. */
  readonly transport: 'udp' | 'tcp' | 'tls';
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** The node that the REGISTER came to: a connection is its alone. */
  readonly nodeId: string;
  /** Of the REGISTER that made it or kept it last. */
  readonly sipCallId: string;
  readonly cseq: number;
  readonly expiresAt: number;
}

/** What one REGISTER changes; all of it or nothing. */
export interface BindingChanges {
  readonly address: string;
  readonly put: readonly Binding[];
  /** Contacts to take away; `all` with `Contact: *`. */
  readonly drop: readonly string[] | 'all';
  readonly sipCallId: string;
  readonly cseq: number;
  readonly now: number;
}

/** In the database: all nodes know the same. Methods reject when it fails. */
export interface RoomSystemBook {
  /** False where the address is taken. */
  add(system: RoomSystem, secret: RoomSystemSecret): Promise<boolean>;
  list(): Promise<readonly RoomSystem[]>;
  has(address: string): Promise<boolean>;
  /** With its bindings; false where there is none. */
  remove(address: string): Promise<boolean>;
  secretOf(address: string): Promise<RoomSystemSecret | undefined>;
  /**
   * Returns the bindings afterwards; undefined where a later REGISTER of the same Call-ID was here
   * before (RFC 3261 §10.3, step 7), and nothing is changed.
   */
  change(changes: BindingChanges): Promise<readonly Binding[] | undefined>;
  /** Those that are in force, the latest first; of one address, or of all. */
  bindings(now: number, address?: string): Promise<readonly Binding[]>;
}
