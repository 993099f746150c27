import type { Fleet } from '../../core/kinds/index.ts'
import type { Problem } from '../../core/problem.ts'
import { checkUrl } from '../../git/index.ts'
import type { Declared } from './model.ts'

/** Problems of the repositories that the fleet lists: names twice, URLs that may not be opened. */
export function checkRepositories(fleet: Declared<Fleet>): Problem[] {
  const repositories = fleet.value.spec?.repositories ?? []
  const problem = (message: string, hint?: string): Problem => ({
    file: fleet.file,
    line: fleet.line,
    subject: `Fleet ${fleet.value.metadata.name}`,
    message,
    ...(hint === undefined ? {} : { hint }),
    severity: 'error',
  })
  return repositories.flatMap(({ name, url }, index) => {
    const twice = repositories.findIndex((other) => other.name === name) < index
    if (twice) return [problem(`repository ${name} is listed twice`, 'keep one of them')]
    const checked = checkUrl(url)
    if ('code' in checked) return [problem(`repository ${name}: ${checked.message}`, checked.hint)]
    return checked.hasPassword
      ? [problem(`repository ${name}: its URL holds a password`, 'remove it, and name a credential')]
      : []
  })
}
