import { posix } from 'node:path'
import { type ChartFile, type Dependency, readChartFile } from '../archive/index.ts'
import type { ChartLimits, FetchedChart, ResolvedDependencies, ResolvedDependency } from '../contract.ts'
import { chartFailure } from '../failures.ts'
import { chosenVersion } from '../packed-chart.ts'
import { lockedVersion } from './locked-version.ts'
import { vendoredCharts } from './vendored.ts'

type Fetch = (dependency: Dependency & { readonly digest?: string }) => Promise<FetchedChart>

/** A chart whose dependencies are looked at. */
interface Place {
  /** The files that it stands in: the tree, or what was fetched. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly folder: string
  /** Where it is below the first chart; empty for that one. */
  readonly below: string
  /** Folders of the tree and digests from the first chart to this one. */
  readonly chain: readonly string[]
}

/**
 * One walk from a chart to everything that it depends on. A dependency by `file://` is looked for in the tree and never
 * outside of it; one that was fetched has no tree around it. Circles, depth and the sum of everything are bounded.
 */
export class DependencyWalk {
  readonly #tree: ReadonlyMap<string, Uint8Array>
  readonly #recorded: readonly ResolvedDependency[]
  readonly #limits: ChartLimits
  readonly #fetch: Fetch
  readonly #files = new Map<string, Uint8Array>()
  readonly #resolved: ResolvedDependency[] = []
  #bytes = 0

  constructor(
    tree: ReadonlyMap<string, Uint8Array>,
    recorded: readonly ResolvedDependency[],
    limits: ChartLimits,
    fetch: Fetch,
  ) {
    this.#tree = tree
    this.#recorded = recorded
    this.#limits = limits
    this.#fetch = fetch
  }

  async resolve(path: string): Promise<ResolvedDependencies> {
    const folder = insideTree(path)
    if (folder === undefined) {
      throw chartFailure(
        'chart',
        'not-in-tree',
        `${JSON.stringify(path.slice(0, 200))} is no folder of the tree`,
      )
    }
    await this.#visit({ files: this.#tree, folder, below: '', chain: [folder] })
    return { files: this.#files, resolved: this.#resolved }
  }

  async #visit(place: Place): Promise<void> {
    const chart = readChartFile(place.files, place.folder, subjectOf(place, undefined))
    const subject = subjectOf(place, chart)
    if (place.chain.length > this.#limits.depth) {
      throw chartFailure(subject, 'too-large', `charts depend on each other ${this.#limits.depth} deep`)
    }
    const vendored = await vendoredCharts(place.files, place.folder, subject, this.#limits)
    const known = new Set(vendored.map(({ name, version }) => `${name} ${version}`))
    const names = new Set(vendored.map(({ name, folder = name }) => posix.basename(folder)))
    for (const dependency of chart.dependencies) {
      const there = vendored.find((one) => one.name === dependency.name && fits(one.version, dependency))
      if (there !== undefined) continue
      const found = await this.#bring(dependency, chart, place, subject)
      // The same chart under two aliases is brought once.
      const key = `${found.name} ${found.version}`
      if (known.has(key)) continue
      known.add(key)
      const name = names.has(found.name) ? `${found.name}-${found.version}` : found.name
      names.add(name)
      const below = posix.join(place.below, 'charts', name)
      this.#add(found.files, below, subject)
      this.#resolved.push(found.record)
      await this.#visit({ ...found.next, below })
    }
    for (const { folder } of vendored) {
      if (folder === undefined) continue
      const below = posix.join(place.below, posix.relative(place.folder, folder))
      await this.#visit({ files: place.files, folder, below, chain: [...place.chain, folder] })
    }
  }

  async #bring(dependency: Dependency, chart: ChartFile, place: Place, subject: string) {
    const { name, repository } = dependency
    if (this.#resolved.length >= this.#limits.dependencies) {
      throw chartFailure(subject, 'too-large', `more than ${this.#limits.dependencies} dependencies`)
    }
    if (repository.startsWith('file://')) return this.#fromTree(dependency, place, subject)
    if (repository === '') {
      throw chartFailure(subject, 'not-in-tree', `depends on ${name}, which is not in its folder charts/`, {
        hint: 'name the repository of the dependency, or add the chart',
      })
    }
    if (!/^(?:https?|oci):\/\//i.test(repository)) {
      throw chartFailure(subject, 'unsupported-repository', `cannot fetch ${name} from such a repository`, {
        hint: 'write https://…, oci://… or file://… in Chart.yaml; names of repositories hold on one machine only',
      })
    }
    const locked = lockedVersion(dependency, chart.lock, subject)
    const recorded = this.#recordOf({ ...dependency, version: locked ?? dependency.version }, place)
    const fetched = await this.#fetch({ ...dependency, version: locked ?? dependency.version, ...recorded })
    const { digest, files, version } = fetched
    this.#refuseCircle(digest, `${name} ${version}`, place, subject)
    const record: ResolvedDependency = {
      of: place.below,
      name,
      version,
      repository,
      digest,
      by: locked !== undefined ? 'lock' : recorded === undefined ? 'range' : 'record',
    }
    return { name, version, files, record, next: { files, folder: '', chain: [...place.chain, digest] } }
  }

  /** What this very dependency was before, if that still fits. */
  #recordOf({ name, version, repository }: Dependency, place: Place) {
    const found = this.#recorded.find(
      (one) => one.of === place.below && one.name === name && one.repository === repository,
    )
    if (found?.digest === undefined || !fits(found.version, { name, version, repository })) return undefined
    return { version: found.version, digest: found.digest }
  }

  #fromTree(dependency: Dependency, place: Place, subject: string) {
    const { name, repository } = dependency
    const folder =
      place.files === this.#tree
        ? insideTree(posix.join(place.folder, repository.slice('file://'.length)))
        : undefined
    if (folder === undefined || repository.startsWith('file:///')) {
      throw chartFailure(subject, 'not-in-tree', `depends on ${name} by a path that leaves its repository`, {
        hint: 'write a path from the folder of the chart, such as file://../common',
      })
    }
    this.#refuseCircle(folder, name, place, subject)
    const files = filesBelow(this.#tree, folder)
    if (!files.has('Chart.yaml')) {
      throw chartFailure(
        subject,
        'not-in-tree',
        `depends on ${name}, but there is no chart in ${folder || '.'}`,
        {
          hint: 'check the path of the dependency, and that the source of the bundle reaches it',
        },
      )
    }
    const found = readChartFile(files, '', `chart in ${folder || '.'}`)
    if (found.name !== name) {
      throw chartFailure(
        subject,
        'not-in-tree',
        `depends on ${name}, but ${folder || '.'} holds ${found.name}`,
      )
    }
    const version = chosenVersion(dependency.version, [found.version], `${subject}, dependency ${name}`)
    const record: ResolvedDependency = {
      of: place.below,
      name,
      version,
      repository,
      digest: undefined,
      by: 'tree',
    }
    const next = { files: this.#tree, folder, chain: [...place.chain, folder] }
    return { name, version, files, record, next }
  }

  #refuseCircle(step: string, shown: string, place: Place, subject: string): void {
    if (!place.chain.includes(step)) return
    throw chartFailure(subject, 'dependency-cycle', `depends on ${shown}, which depends on it`, {
      hint: 'take one of the dependencies out',
    })
  }

  #add(files: ReadonlyMap<string, Uint8Array>, below: string, subject: string): void {
    for (const [path, bytes] of files) {
      this.#files.set(`${below}/${path}`, bytes)
      this.#bytes += bytes.byteLength
    }
    const { unpackedBytes, files: most } = this.#limits
    if (this.#bytes > unpackedBytes || this.#files.size > most) {
      throw chartFailure(
        subject,
        'too-large',
        `its dependencies are more than ${unpackedBytes} bytes or ${most} files`,
      )
    }
  }
}

function subjectOf(place: Place, chart: ChartFile | undefined): string {
  const where = place.below === '' ? place.folder || '.' : place.below
  return chart === undefined ? `chart in ${where}` : `chart ${chart.name} in ${where}`
}

function fits(version: string, dependency: Dependency): boolean {
  try {
    return chosenVersion(dependency.version, [version], '') === version
  } catch {
    return false
  }
}

/** A path in the tree without parts that climb; undefined for one that leaves it. */
function insideTree(path: string): string | undefined {
  const normal = posix.normalize(path).replace(/\/$/, '')
  if (normal === '.' || normal === '') return ''
  return normal.startsWith('/') || normal === '..' || normal.startsWith('../') ? undefined : normal
}

function filesBelow(tree: ReadonlyMap<string, Uint8Array>, folder: string): Map<string, Uint8Array> {
  const prefix = folder === '' ? '' : `${folder}/`
  return new Map(
    [...tree].flatMap(([path, bytes]) =>
      path.startsWith(prefix) ? [[path.slice(prefix.length), bytes] as const] : [],
    ),
  )
}
