import type { PlacedBundleView } from '../../../api/index.ts'
import { PlacedTable } from '../../ui/placed-table.tsx'

/** What runs on a cluster: each bundle with its revision, its state and why. */
export function PlacedBundles({ placed }: { readonly placed: readonly PlacedBundleView[] }) {
  const good = placed.filter(({ state }) => state === 'in-sync').length
  return (
    <section aria-label="Bundles">
      <div className="section-head">
        <h2>Bundles</h2>
        <span className="sub">
          {placed.length === 0 ? 'none is placed here' : `${placed.length} · ${good} in sync`}
        </span>
      </div>
      <PlacedTable placed={placed} by="bundle" />
    </section>
  )
}
