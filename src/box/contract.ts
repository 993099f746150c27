/** One call of a module. */
export interface BoxCall {
  /** Whose input it is: an instance that has seen one tenant's input never sees another's. */
  readonly tenant: string
  /** The function of the module, such as `render`. */
  readonly name: string
  readonly input: Uint8Array
  /** What random bytes are made from. */
  readonly seed: Uint8Array
  /** The time that the module sees, in milliseconds since 1970; it does not move. */
  readonly clock: number
}

/** What a call came to. */
export interface BoxReply {
  readonly ended: 'reply'
  readonly output: Uint8Array
  /** How many random bytes were drawn. */
  readonly randomBytes: number
  /** What the module wrote to standard error, its beginning at least. */
  readonly stderr: string
}

/** Which limit a call ran into. */
export type BoxLimit = 'time' | 'memory' | 'depth'

/** The call was ended; the instance is gone and others are not touched. */
export interface BoxTrap {
  readonly ended: 'limit' | 'crash' | 'closed'
  /** Only with `limit`. */
  readonly limit?: BoxLimit
  readonly message: string
}

export type BoxOutcome = BoxReply | BoxTrap
