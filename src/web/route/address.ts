/** The addresses of the pages: one function each, so that none is spelled twice. */
export const address = {
  fleet: () => '/',
  drift: (tab?: string) => (tab === undefined ? '/drift' : `/drift?tab=${tab}`),
  cause: (id: string) => `/drift/${encodeURIComponent(id)}`,
  cluster: (name: string, tab?: string) =>
    `/clusters/${encodeURIComponent(name)}${tab === undefined ? '' : `/${tab}`}`,
  object: (cluster: string, object: { group: string; kind: string; namespace: string; name: string }) =>
    `/clusters/${encodeURIComponent(cluster)}/object?${new URLSearchParams({
      group: object.group,
      kind: object.kind,
      ns: object.namespace,
      name: object.name,
    }).toString()}`,
  bundles: () => '/bundles',
  bundle: (name: string, tab?: string) =>
    `/bundles/${encodeURIComponent(name)}${tab === undefined ? '' : `/${tab}`}`,
  rollouts: () => '/rollouts',
  run: (id: string) => `/rollouts/${encodeURIComponent(id)}`,
  draft: (bundle: string) => `/rollouts/draft/${encodeURIComponent(bundle)}`,
  plan: (id: string) => `/plans/${encodeURIComponent(id)}`,
  compare: (clusters: readonly string[]) => `/compare?clusters=${clusters.map(encodeURIComponent).join(',')}`,
  search: (q: string) => `/search?q=${encodeURIComponent(q)}`,
  activity: () => '/activity',
  start: () => '/start',
  settings: () => '/settings',
} as const
