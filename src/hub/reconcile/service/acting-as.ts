import type { HealOrder } from '../../../spoke/index.ts'
import type { Caller } from '../../service.ts'

/**
 * Whom a write is asked for as, in the clusters. A person whom the provider vouches for is somebody there too; a name that
 * only the hub knows, such as a token's, is nobody there, and is recorded beside the write of the hub's own account.
 */
export function actingAs({ name, groups, credential }: Caller): Pick<HealOrder, 'as'> {
  return credential.via === 'openid' ? { as: { user: name, groups } } : {}
}
