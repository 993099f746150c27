import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DrawnCluster } from '../fleet/draw-fleet.ts'
import { type PersonName, userOf } from '../fleet/cast.ts'
import { type Author, runGit } from './run-git.ts'

const branch = 'main'

/** A change of a file: the first text that fits becomes another, unless that stands there already. */
export interface Edit {
  readonly file: string
  /** A regular expression. */
  readonly pattern: string
  readonly to: string
}

/** What somebody changes in the repository. */
export interface Change {
  readonly by: PersonName
  readonly message: string
  readonly edits: readonly Edit[]
}

/** The fleet repository of a demo: a bare one, to clone from and push to, and a clone that the story works in. */
export class FleetRepository {
  /** What people clone. */
  readonly address: string
  readonly #clone: string

  private constructor(folder: string) {
    this.address = join(folder, 'fleet.git')
    this.#clone = join(folder, 'story-clone')
  }

  /** What `create` made in this folder before. */
  static open(folder: string): FleetRepository {
    return new FleetRepository(folder)
  }

  /** Makes both below `folder`, with the files of the demo and no cluster yet. */
  static async create(folder: string): Promise<FleetRepository> {
    const repository = new FleetRepository(folder)
    const clone = repository.#clone
    await mkdir(repository.address, { recursive: true })
    await runGit(repository.address, ['init', '--quiet', '--bare', `--initial-branch=${branch}`])
    await cp(templateFolder(), clone, { recursive: true })
    await runGit(clone, ['init', '--quiet', `--initial-branch=${branch}`])
    await runGit(clone, ['remote', 'add', 'origin', repository.address])
    await repository.#push('alice', 'Declare the platform and the shop')
    return repository
  }

  /** Declares clusters, one file a place, so that a folder stays readable with a thousand of them. */
  async declare(clusters: readonly DrawnCluster[]): Promise<void> {
    const folder = join(this.#clone, 'fleet', 'clusters')
    await mkdir(folder, { recursive: true })
    const places = Map.groupBy(clusters, ({ environment, region }) => `${environment}-${region}`)
    for (const [place, members] of places) {
      await writeFile(join(folder, `${place}.yaml`), members.map(clusterFile).join('---\n'))
    }
    await this.#push('alice', `Declare ${clusters.length} clusters`)
  }

  /** Commits a change and pushes it, after what others have pushed. False where nothing is left to change. */
  async commit({ by, message, edits }: Change): Promise<boolean> {
    const clone = this.#clone
    await runGit(clone, ['fetch', '--quiet', 'origin', branch])
    await runGit(clone, ['reset', '--quiet', '--hard', `origin/${branch}`])
    for (const { file, pattern, to } of edits) {
      const path = join(clone, file)
      const text = await readFile(path, 'utf8').catch(() => '')
      if (!text.includes(to))
        await writeFile(
          path,
          text.replace(new RegExp(pattern), () => to),
        )
    }
    if ((await runGit(clone, ['status', '--porcelain'])) === '') return false
    await this.#push(by, message)
    return true
  }

  async #push(by: PersonName, message: string): Promise<void> {
    const clone = this.#clone
    await runGit(clone, ['add', '--all'])
    await runGit(clone, ['commit', '--quiet', '-m', message], authorOf(by))
    await runGit(clone, ['push', '--quiet', 'origin', `HEAD:${branch}`])
  }
}

function authorOf(name: PersonName): Author {
  return { name: `${name[0]?.toUpperCase() ?? ''}${name.slice(1)}`, email: userOf(name) }
}

function clusterFile({ name, environment, labels }: DrawnCluster): string {
  const shown = Object.entries(labels).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `apiVersion: evenkeel.dev/v1alpha1
kind: Cluster
metadata: { name: ${name} }
spec:
  environment: ${environment}
  labels: { ${shown.join(', ')} }
  connect: { kubeconfig: { secret: ${name} } }
`
}

/** Beside the program where it is bundled, beside this file where it is not. */
function templateFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url))
  const places = [join(here, 'files'), join(here, 'demo-repository'), join(here, '..', 'demo-repository')]
  const found = places.find((place) => existsSync(join(place, 'fleet', 'evenkeel.yaml')))
  if (found === undefined)
    throw new Error(`the files of the demo are not beside the program: ${places.join(', ')}`)
  return found
}
