import type { DriftView } from '../../api/index.ts'
import { useSearch } from './location.ts'

/** The object that the address of a page names. */
export function useNamedObject(): DriftView['object'] {
  const search = useSearch()
  return {
    group: search.get('group') ?? '',
    kind: search.get('kind') ?? '',
    namespace: search.get('ns') ?? '',
    name: search.get('name') ?? '',
  }
}
