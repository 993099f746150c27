import { useEffect, useState } from 'react'
import type { RenderedObject } from '../../../api/index.ts'
import { boxHeight, boxWidth, type Graph } from './graph.ts'

/** The objects of a bundle as a picture; the table says the same in words. */
export default function ObjectGraph({ items }: { readonly items: readonly RenderedObject[] }) {
  const graph = useLayout(items)
  if (graph === undefined) return <p className="sub">Laying out {items.length} objects …</p>
  return (
    <div className="graph" tabIndex={0} role="region" aria-label="Picture of the objects">
      <svg
        width={graph.width}
        height={graph.height}
        role="img"
        aria-label={`${items.length} objects and what they belong to`}
      >
        {graph.edges.map(({ from, to, points }) => (
          <polyline
            key={`${from} ${to}`}
            className="graph-edge"
            points={points.map(({ x, y }) => `${x},${y}`).join(' ')}
          />
        ))}
        {graph.nodes.map((node) => (
          <g key={node.id} transform={`translate(${node.x - boxWidth / 2} ${node.y - boxHeight / 2})`}>
            <title>{`${node.kind} ${node.name}`}</title>
            <rect
              className={node.bad ? 'graph-box bad' : 'graph-box'}
              width={boxWidth}
              height={boxHeight}
              rx={6}
            />
            <text x={10} y={17} className="graph-kind">
              {node.kind}
            </text>
            <text x={10} y={35}>
              {node.name.length > 24 ? `${node.name.slice(0, 23)}…` : node.name}
            </text>
            {node.bad ? <path className="s-drifted" fill="currentColor" d="M172 8l7 7-7 7-7-7z" /> : null}
          </g>
        ))}
      </svg>
    </div>
  )
}

function useLayout(items: readonly RenderedObject[]): Graph | undefined {
  const [graph, setGraph] = useState<Graph>()
  const key = items.map((item) => `${item.key}${item.drift}${item.trouble?.health ?? ''}`).join()
  useEffect(() => {
    const worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<Graph>) => setGraph(data))
    worker.postMessage(items)
    return () => worker.terminate()
    // The items of equal keys are laid out equally.
  }, [key])
  return graph
}
