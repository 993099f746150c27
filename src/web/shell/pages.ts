import { type ComponentType, lazy } from 'react'

/** What a page gets from its address: the parts of the path, decoded. */
export interface PageProps {
  readonly parts: readonly string[]
}

type Page = ComponentType<PageProps>

/** Pages load when they are opened first. The first part of the path says which. */
const pages: Readonly<Record<string, Page>> = {
  '': lazy(() => import('../pages/fleet/fleet-page.tsx')),
  drift: lazy(() => import('../pages/drift/drift-page.tsx')),
  clusters: lazy(() => import('../pages/cluster/cluster-page.tsx')),
  bundles: lazy(() => import('../pages/bundles/bundles-page.tsx')),
  namespaces: lazy(() => import('../pages/namespaces/namespaces-page.tsx')),
  rollouts: lazy(() => import('../pages/rollouts/rollouts-page.tsx')),
  plans: lazy(() => import('../pages/rollouts/plan-page.tsx')),
  jobs: lazy(() => import('../pages/jobs/jobs-page.tsx')),
  compare: lazy(() => import('../pages/compare/compare-page.tsx')),
  access: lazy(() => import('../pages/access/access-page.tsx')),
  search: lazy(() => import('../pages/search/search-page.tsx')),
  activity: lazy(() => import('../pages/activity/activity-page.tsx')),
  start: lazy(() => import('../pages/start/start-page.tsx')),
  settings: lazy(() => import('../pages/settings/settings-page.tsx')),
}

/** The page of a path with the rest of it; undefined where there is none. */
export function pageOf(
  path: string,
): { readonly Page: Page; readonly first: string; readonly parts: string[] } | undefined {
  const [first = '', ...rest] = path.split('/').slice(1).map(decoded)
  const Page = Object.hasOwn(pages, first) ? pages[first] : undefined
  return Page === undefined ? undefined : { Page, first, parts: rest.filter((part) => part !== '') }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
