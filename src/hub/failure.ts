import { Failure } from '../core/failure.ts'

/** Everything that can go wrong in the hub itself, beyond what clusters and repositories answer. */
export type HubCode =
  /** hub.yaml, a flag or an environment variable is not what it should be; `details` say where. */
  | 'bad-config'
  /** A credential's name leads to no file, environment variable or Secret, or to an empty one. */
  | 'no-credential'
  /** The secret key is not 32 bytes, or others may read its file. */
  | 'bad-key'
  /** There are data, but the key that they were written with is not there. */
  | 'no-key'
  /** The data were written with another key. */
  | 'wrong-key'
  /** Another process has the data folder open. */
  | 'store-locked'
  /** The database file is damaged. */
  | 'store-corrupt'
  /** The database was written by a newer version. */
  | 'store-newer'
  /** The disk is full: nothing of the refused write is kept. */
  | 'store-full'
  /** The database does not answer. */
  | 'store-unreachable'
  /** The database refused a read or a write, or the disk below it failed. */
  | 'store-failed'
  /** Another engine has taken the cluster over. */
  | 'fenced'
  /** What the hub hands out was changed or cut: it does not decrypt. */
  | 'unreadable-content'
  /** An audit source sends what no API server sends, or too much. */
  | 'bad-audit'
  /** The cluster is to be reached by an agent, which this version does not have. */
  | 'no-agent'
  /** The OpenID provider does not answer, or not as one. */
  | 'unreachable-issuer'
  /** An address to listen on is taken or not allowed. */
  | 'cannot-listen'

export class HubFailure extends Failure<HubCode> {}
