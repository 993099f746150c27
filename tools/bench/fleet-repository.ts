import { execFile } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { KubeObject } from '../../src/core/object/index.ts'
import { yamlOf } from './load.ts'

const run = promisify(execFile)

/** A cluster of the fleet: the credential that holds its kubeconfig, and the context where there are several. */
export interface DeclaredCluster {
  readonly name: string
  readonly secret: string
  readonly context?: string
}

const fleet: Readonly<Record<string, object>> = {
  'fleet/evenkeel.yaml': { kind: 'Fleet', metadata: { name: 'bench' } },
  'fleet/environments/bench.yaml': {
    kind: 'Environment',
    metadata: { name: 'bench' },
    spec: { tier: 'sandbox', mode: 'enforce' },
  },
}

/** Objects by the bundle that declares them. */
export type Bundles = ReadonlyMap<string, readonly KubeObject[]>

/** A fleet repository on this machine: clusters, and bundles of plain YAML with one object a file. */
export class FleetRepository {
  readonly folder: string

  /** Makes the repository with its first commit, without any bundle. */
  static async create(folder: string, clusters: readonly DeclaredCluster[] = []): Promise<FleetRepository> {
    const repository = new FleetRepository(folder)
    await mkdir(folder, { recursive: true })
    await repository.#git('init', '--quiet', '--initial-branch=main')
    for (const [path, content] of Object.entries(fleet)) await repository.#write(path, kindOf(content))
    for (const { name, ...kubeconfig } of clusters) {
      const spec = { environment: 'bench', connect: { kubeconfig } }
      const record = { kind: 'Cluster', metadata: { name }, spec }
      await repository.#write(`fleet/clusters/${name}.yaml`, kindOf(record))
    }
    await repository.#commit('Declare the fleet')
    return repository
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  /** Writes the bundles' objects and commits them; those of other bundles stay. Answers the commit. */
  async commit(bundles: Bundles): Promise<string> {
    for (const [bundle, objects] of bundles) {
      await this.#write(`fleet/bundles/${bundle}.yaml`, kindOf(bundleOf(bundle)))
      for (const object of objects) {
        const name = `${object.kind.toLowerCase()}-${object.metadata.name}`
        await this.#write(`apps/${bundle}/${name}.yaml`, yamlOf(object))
      }
    }
    return this.#commit('Change what is declared')
  }

  async #write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, text)
  }

  async #commit(message: string): Promise<string> {
    await this.#git('add', '--all')
    await this.#git('-c', 'user.name=Bench', '-c', 'user.email=bench@example.com', 'commit', '-qm', message)
    return (await this.#git('rev-parse', 'HEAD')).trim()
  }

  async #git(...args: string[]): Promise<string> {
    return (await run('git', ['-C', this.folder, '-c', 'gc.auto=0', ...args])).stdout
  }
}

/** Goes to all clusters at once, and heals at once, whoever wrote. */
function bundleOf(name: string): object {
  return {
    kind: 'Bundle',
    metadata: { name },
    spec: {
      source: { path: `apps/${name}` },
      placement: { where: 'true' },
      rollout: { stages: [{ name: 'all' }] },
      drift: { healAfter: 0 },
    },
  }
}

function kindOf(content: object): string {
  return `${JSON.stringify({ apiVersion: 'evenkeel.dev/v1alpha1', ...content })}\n`
}
