import { isChartName } from './archive/index.ts'
import type { ChartHosts } from './exchange/index.ts'
import { chartFailure } from './failures.ts'
import type { RegistryPlace } from './registry/index.ts'

/** Where a chart is asked for. */
export type RepositoryPlace =
  | { readonly kind: 'repository'; readonly url: URL }
  | { readonly kind: 'registry'; readonly registry: RegistryPlace }

/** The name of a repository in a registry (distribution specification). */
const repositoryName = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/

/** Reads where a chart is. Throws `invalid-url`, or what `ChartHosts` has against the host. */
export function placeOf(
  { repository, name }: { readonly repository: string; readonly name: string },
  hosts: ChartHosts,
): { readonly place: RepositoryPlace; readonly subject: string } {
  if (!isChartName(name)) {
    throw chartFailure('chart', 'invalid-url', `${JSON.stringify(name.slice(0, 100))} is no name of a chart`)
  }
  const scheme = /^(https?|oci):\/\/(?!\/)/i.exec(repository)?.[1]?.toLowerCase()
  const isOci = scheme === 'oci'
  const text = isOci ? `https://${repository.slice('oci://'.length)}` : repository
  // What a path that climbs means depends on who reads it, so nobody has to.
  const isOdd = repository.length > 2048 || /[\s\p{Cc}\\]|\.\.|%2e/iu.test(text) || !URL.canParse(text)
  if (scheme === undefined || isOdd) {
    throw chartFailure(`chart ${name}`, 'invalid-url', 'its repository is no address that charts come from', {
      hint: 'write https://… or oci://…',
    })
  }
  const url = new URL(text)
  const subject = `chart ${name} of ${isOci ? 'oci:' : url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`
  url.hash = ''
  if (!isOci) {
    hosts.check(url, subject)
    return { place: { kind: 'repository', url }, subject }
  }
  const plain = new URL(`http://${url.host}`)
  if (hosts.isPlain(plain)) url.protocol = 'http:'
  hosts.check(url, subject)
  const path = [url.pathname.replace(/^\/+|\/+$/g, ''), name].filter((part) => part !== '').join('/')
  if (url.search !== '' || path.length > 255 || !repositoryName.test(path)) {
    throw chartFailure(subject, 'invalid-url', 'this is no repository of a registry', {
      hint: 'write oci://host/path without the name of the chart, a tag or a digest',
    })
  }
  return { place: { kind: 'registry', registry: { origin: url.origin, repository: path } }, subject }
}
