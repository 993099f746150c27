import type {
  AccessGrant,
  AccessMatrixView,
  ProposalView,
  QuotaHeat,
  QuotaPage,
  QuotaView,
  RecordedChangesView,
  RecordedPage,
  WhoCanView,
} from '../../src/api/index.ts'
import { questionText, readAccessQuestion } from '../../src/core/rbac/index.ts'
import type { Call, HubService } from '../../src/hub/service.ts'

type Part = Pick<
  HubService,
  'whoCan' | 'accessMatrix' | 'proposal' | 'quotas' | 'quotaHeat' | 'recorded' | 'recordedChanges'
>

const sight = { asked: 4, answered: 4, unanswered: [], asOf: '2026-07-20T12:00:00.000Z', limited: false }

/** Quotas, roles and bindings of which everything is known beforehand. */
export abstract class AccessInMemory implements Part {
  /** How many clusters told theirs. */
  sight_: Pick<WhoCanView, 'asked' | 'answered' | 'unanswered' | 'asOf' | 'limited'> = sight
  grants_: AccessGrant[] = []
  canEnvironments_: WhoCanView['environments'] = []
  matrix_: Pick<AccessMatrixView, 'permissions' | 'environments' | 'items' | 'hidden'> = {
    permissions: [],
    environments: [],
    items: [],
    hidden: 0,
  }
  proposal_: Omit<ProposalView, keyof typeof sight | 'bundle'> | undefined
  quotas_: QuotaView[] = []
  recorded_: RecordedPage['items'] = []
  changes_: RecordedChangesView['items'] = []
  /** What was asked, the newest last. */
  readonly accessAsked: object[] = []

  async whoCan(_call: Call, query: Parameters<Part['whoCan']>[1]): Promise<WhoCanView> {
    this.accessAsked.push(query)
    const question = readAccessQuestion(query)
    const asked = [query.user, ...(query.group ?? [])].filter((one) => one !== undefined)
    const found = this.grants_.filter(({ subject }) => asked.length === 0 || asked.includes(subject.name))
    const page = { items: found.slice(0, query.limit), total: found.length }
    const text = typeof question === 'string' ? question : questionText(question)
    const environments = this.canEnvironments_.filter(
      ({ environment }) => query.environment?.includes(environment) ?? true,
    )
    return { ...this.sight_, ...page, question: text, environments }
  }

  async accessMatrix(_call: Call, query: Parameters<Part['accessMatrix']>[1]): Promise<AccessMatrixView> {
    this.accessAsked.push(query)
    return { ...this.sight_, ...this.matrix_, total: this.matrix_.items.length }
  }

  async proposal(
    _call: Call,
    bundle: string,
    query: Parameters<Part['proposal']>[2],
  ): Promise<ProposalView | undefined> {
    this.accessAsked.push(query)
    if (this.proposal_ === undefined) return undefined
    const { clusters } = this.proposal_
    return { ...this.sight_, asked: clusters, answered: clusters, unanswered: [], ...this.proposal_, bundle }
  }

  async quotas(_call: Call, query: Parameters<Part['quotas']>[1]): Promise<QuotaPage> {
    this.accessAsked.push(query)
    const all = this.quotas_
      .filter(({ object }) => query.namespace === undefined || object.namespace === query.namespace)
      .filter(({ resource }) => query.resource === undefined || resource === query.resource)
      .filter(({ percent }) => query.atLeast === undefined || (percent ?? -1) >= query.atLeast)
      .toSorted((one, two) => (two.percent ?? -1) - (one.percent ?? -1))
    const resources = [...new Set(this.quotas_.map(({ resource }) => resource))].toSorted()
    return { ...this.sight_, items: all.slice(0, query.limit), total: all.length, resources }
  }

  async quotaHeat(_call: Call, query: Parameters<Part['quotaHeat']>[1]): Promise<QuotaHeat> {
    const all = this.quotas_.filter(
      ({ resource }) => query.resource === undefined || resource === query.resource,
    )
    const namespaces = [...new Set(all.map(({ object }) => object.namespace))]
    const clusters = new Map(all.map((one) => [one.cluster, one]))
    const cells = new Map<string, QuotaHeat['cells'][number]>()
    for (const { cluster, object, percent } of all) {
      const { namespace } = object
      const before = cells.get(`${cluster} ${namespace}`)?.percent ?? -1
      const most = Math.max(before, percent ?? -1)
      cells.set(`${cluster} ${namespace}`, { cluster, namespace, ...(most < 0 ? {} : { percent: most }) })
    }
    return {
      ...this.sight_,
      namespaces,
      clusters: [...clusters.values()].map(({ cluster, environment, lastKnown }) => ({
        cluster,
        environment,
        lastKnown,
      })),
      cells: [...cells.values()],
      totals: { namespaces: namespaces.length, clusters: clusters.size },
    }
  }

  async recorded(_call: Call, query: Parameters<Part['recorded']>[1]): Promise<RecordedPage> {
    const one = query.cluster?.length === 1 ? { asked: 1, answered: 1, unanswered: [] } : {}
    return { ...this.sight_, ...one, items: this.recorded_ }
  }

  async recordedChanges(): Promise<RecordedChangesView> {
    return { items: this.changes_ }
  }
}
