/** An object as an address names it. */
interface Named {
  readonly group: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

function ofCluster(cluster: string, page: string, { group, kind, namespace, name }: Named): string {
  const query = new URLSearchParams({ group, kind, ns: namespace, name })
  return `/clusters/${encodeURIComponent(cluster)}/${page}?${query.toString()}`
}

/** A change of access or of a quota, as the form asks for it. */
export interface Proposed {
  readonly change: 'give' | 'take' | 'bound'
  readonly bundle: string
  readonly subject: string
  readonly role: string
  readonly namespace: string
  readonly name: string
  readonly bounds: string
}

const proposedFields = ['bundle', 'subject', 'role', 'namespace', 'name', 'bounds'] as const

/** The proposal that an address holds. */
export function proposedIn(search: URLSearchParams): Proposed {
  const text = (field: string): string => search.get(field) ?? ''
  const change = text('change')
  return {
    change: change === 'take' || change === 'bound' ? change : 'give',
    bundle: text('bundle'),
    subject: text('subject'),
    role: text('role'),
    namespace: text('namespace'),
    name: text('name'),
    bounds: text('bounds'),
  }
}

/** The addresses of the pages: one function each, so that none is spelled twice. */
export const address = {
  fleet: () => '/',
  drift: (tab?: string) => (tab === undefined ? '/drift' : `/drift?tab=${tab}`),
  cause: (id: string) => `/drift/${encodeURIComponent(id)}`,
  cluster: (name: string, tab?: string) =>
    `/clusters/${encodeURIComponent(name)}${tab === undefined ? '' : `/${tab}`}`,
  object: (cluster: string, object: Named) => ofCluster(cluster, 'object', object),
  recorded: (cluster: string, object: Named) => ofCluster(cluster, 'recorded', object),
  bundles: () => '/bundles',
  bundle: (name: string, tab?: string) =>
    `/bundles/${encodeURIComponent(name)}${tab === undefined ? '' : `/${tab}`}`,
  rollouts: () => '/rollouts',
  run: (id: string) => `/rollouts/${encodeURIComponent(id)}`,
  draft: (bundle: string) => `/rollouts/draft/${encodeURIComponent(bundle)}`,
  plan: (id: string) => `/plans/${encodeURIComponent(id)}`,
  jobs: () => '/jobs',
  job: (id: string) => `/jobs/${encodeURIComponent(id)}`,
  compare: (clusters: readonly string[]) => `/compare?clusters=${clusters.map(encodeURIComponent).join(',')}`,
  access: () => '/access',
  quota: () => '/access/quota',
  propose: (change: Partial<Proposed>) => {
    const told = (['change', ...proposedFields] as const).flatMap((field) => {
      const text = change[field] ?? ''
      return text === '' ? [] : [[field, text]]
    })
    return told.length === 0 ? '/access/propose' : `/access/propose?${new URLSearchParams(told).toString()}`
  },
  namespaces: () => '/namespaces',
  namespace: (name: string) => `/namespaces/${encodeURIComponent(name)}`,
  search: (q: string) => `/search?q=${encodeURIComponent(q)}`,
  activity: () => '/activity',
  start: () => '/start',
  settings: () => '/settings',
} as const
