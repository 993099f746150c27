import type { ObjectProjection } from '../../core/search/index.ts'

/** One object as it is found. */
export interface IndexedObject {
  readonly cluster: string
  readonly bundle: string
  /** `keyOf` the object. */
  readonly key: string
  readonly projection: ObjectProjection
}

/** What changed of the objects of one cluster: without a projection it is there no more. */
export interface IndexChange {
  readonly cluster: string
  readonly bundle: string
  readonly key: string
  readonly projection: ObjectProjection | undefined
  /** It says what is declared, and goes behind what was seen. */
  readonly declared?: boolean
  /** It was told of before: what a fleet is filled with does not hold it up. */
  readonly isNews?: boolean
}

/** A projection as a database answers it: PostgreSQL answers jsonb as a structure. */
export function bodyOf(body: unknown): ObjectProjection {
  return (typeof body === 'string' ? JSON.parse(body) : body) as ObjectProjection
}
