import { useState } from 'react'
import type { ClusterDetailView } from '../../../api/index.ts'
import { Choose } from '../../ui/choose.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ObjectTree } from '../bundles/object-tree.tsx'

/** The objects of a cluster, bundle by bundle. */
export function ClusterObjects({ view }: { readonly view: ClusterDetailView }) {
  const [chosen, setChosen] = useState('')
  const names = view.placed.map(({ bundle }) => bundle)
  const bundle = names.includes(chosen) ? chosen : names[0]
  if (bundle === undefined)
    return <Empty title="No bundle is placed here">So nothing of this cluster comes from Git.</Empty>
  return (
    <>
      <Choose
        what="Bundle"
        value={bundle}
        choices={names.map((name) => [name, name] as const)}
        onChoose={setChosen}
      />
      <ObjectTree cluster={view.name} bundle={bundle} />
    </>
  )
}
