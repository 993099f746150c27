import { isList, isMap, type Json, type JsonMap } from '../../core/object/index.ts'
import type { ApiResource } from '../api-resource.ts'
import type { DiscoveryGap } from './discovery.ts'

/** What one of the two roots told. */
export interface Told {
  readonly resources: readonly ApiResource[]
  readonly failed: readonly DiscoveryGap[]
}

/** A text that is there and not empty. */
export function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The texts of a list; none when it is no list. */
export function texts(value: Json | undefined): string[] {
  return isList(value) ? value.filter((one) => typeof one === 'string') : []
}

/** The maps of a list; none when it is no list. */
export function maps(value: Json | undefined): JsonMap[] {
  return isList(value) ? value.filter(isMap) : []
}
