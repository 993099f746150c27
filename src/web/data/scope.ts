import { useMemo } from 'react'
import { useSearch } from '../route/location.ts'

/** Which clusters a page is about. It stands in the address, so that every view is a link. */
export interface PageScope {
  readonly environment?: string[]
  readonly labels?: string
}

/** The parameters of the address that belong to the scope and go along from page to page. */
export const scopeParameters = ['env', 'labels'] as const

/** The scope of the address, as the hub's routes take it. */
export function useScope(): PageScope {
  const search = useSearch()
  const environment = search.get('env') ?? ''
  const labels = search.get('labels') ?? ''
  return useMemo(
    () => ({
      ...(environment === '' ? {} : { environment: environment.split(',') }),
      ...(labels === '' ? {} : { labels }),
    }),
    [environment, labels],
  )
}
