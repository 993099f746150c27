import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query'
import type { Fill, FleetMapView } from '../../api/index.ts'
import { queryClient } from './answers.ts'
import { hub } from './hub.ts'
import type { PageScope } from './scope.ts'

const lookEvery = 5_000

/** The rows of the fleet; after the first answer only those that have changed are asked for. */
export function useFleetMap(scope: PageScope, group: string, fill: Fill): UseQueryResult<FleetMapView> {
  const query = { ...scope, group, fill }
  const queryKey = ['fleetMap', query]
  return useQuery({
    queryKey,
    refetchInterval: lookEvery,
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const before = queryClient.getQueryData<FleetMapView>(queryKey)
      const after = before === undefined ? {} : { after: before.version }
      const answer = await hub.fleetMap({ query: { ...query, ...after } }, { signal })
      return answer.whole || before === undefined ? answer : merged(before, answer)
    },
  })
}

function merged(before: FleetMapView, changes: FleetMapView): FleetMapView {
  if (changes.clusters.length === 0) return { ...changes, whole: true, clusters: before.clusters }
  const rows = new Map(before.clusters.map((row) => [row[0], row]))
  for (const row of changes.clusters) rows.set(row[0], row)
  return { ...changes, whole: true, clusters: [...rows.values()] }
}
