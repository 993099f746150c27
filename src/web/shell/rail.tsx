import { useAnswer } from '../data/answers.ts'
import { useScope } from '../data/scope.ts'
import { Link } from '../route/link.tsx'
import { Icon, type IconName } from '../ui/icon.tsx'

const entries: readonly (readonly [first: string, to: string, icon: IconName, text: string])[] = [
  ['', '/', 'fleet', 'Fleet'],
  ['drift', '/drift', 'drift', 'Drift'],
  ['bundles', '/bundles', 'bundles', 'Bundles'],
  ['namespaces', '/namespaces', 'namespaces', 'Namespaces'],
  ['rollouts', '/rollouts', 'rollouts', 'Rollouts'],
  ['jobs', '/jobs', 'jobs', 'Jobs'],
  ['compare', '/compare', 'compare', 'Compare'],
  ['access', '/access', 'access', 'Access and quota'],
  ['search', '/search', 'search', 'Search'],
  ['activity', '/activity', 'activity', 'Activity'],
  ['start', '/start', 'start', 'Start'],
  ['settings', '/settings', 'settings', 'Settings'],
]

/** Pages that belong to an entry of another name. */
const belongs: Readonly<Record<string, string>> = { clusters: '', plans: 'rollouts' }

/** The pages, with what waits for a person on them. */
export function Rail({ first }: { readonly first: string }) {
  const query = useScope()
  const causes = useAnswer('causes', { query: { ...query, tab: 'needs-you', limit: 1 } })
  const runs = useAnswer('runs', {
    query: { state: ['running', 'paused', 'stopped', 'reverting'], limit: 1 },
  })
  const status = useAnswer('status', { query })
  const jobs = useAnswer('jobs', { query: { state: 'running,cancelling', limit: 20 } })
  const counts: Readonly<Record<string, number>> = {
    drift: causes.data?.total ?? 0,
    jobs: jobs.data?.total ?? 0,
    rollouts: (runs.data?.total ?? 0) + (status.data?.waitingPlans ?? 0),
  }
  const here = belongs[first] ?? first
  return (
    <nav className="rail" aria-label="Pages">
      {entries.map(([name, to, icon, text]) => {
        const count = counts[name] ?? 0
        return (
          <Link key={name} to={to} {...(name === here ? { 'aria-current': 'page' as const } : {})}>
            <Icon name={icon} />
            {text}
            {count === 0 ? null : (
              <span
                className="count"
                title={name === 'jobs' ? `${count} under way` : `${count} wait for somebody`}
              >
                {count}
              </span>
            )}
          </Link>
        )
      })}
    </nav>
  )
}
