import type { Dependency } from '../archive/index.ts'
import { chartFailure } from '../failures.ts'
import { chosenVersion } from '../packed-chart.ts'

/**
 * The version of a dependency that the lock decides; undefined where there is no lock. A lock that does not name the
 * dependency, or a version outside its range, is refused as Helm refuses it: by what it says, not by the digest in it,
 * which changes with the spelling of Chart.yaml. Throws `lock-outdated`.
 */
export function lockedVersion(
  dependency: Dependency,
  lock: readonly Dependency[] | undefined,
  subject: string,
): string | undefined {
  if (lock === undefined) return undefined
  const named = lock.filter(
    ({ name, repository }) => name === dependency.name && sameRepository(repository, dependency.repository),
  )
  const versions = named.map(({ version }) => version)
  try {
    return chosenVersion(dependency.version, versions, subject)
  } catch (cause) {
    const { name, version } = dependency
    const locked = versions.length === 0 ? 'does not name it' : `has ${versions.join(', ').slice(0, 100)}`
    throw chartFailure(
      subject,
      'lock-outdated',
      `asks for ${name} ${version}, and its Chart.lock ${locked}`,
      {
        cause,
        hint: 'run helm dependency update and commit Chart.lock',
      },
    )
  }
}

function sameRepository(one: string, two: string): boolean {
  return one.replace(/\/+$/, '') === two.replace(/\/+$/, '')
}
