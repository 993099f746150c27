import { graphlib, layout } from '@dagrejs/dagre'
import type { RenderedObject } from '../../../api/index.ts'
import { boxHeight, boxWidth, type Graph } from './graph.ts'

const mostNodes = 300

/**
 * Lays the objects of a bundle out from left to right, below their namespace and what they belong to. Beyond 300 boxes,
 * objects of one kind that stand alone are one box with their number.
 */
export function layOut(items: readonly RenderedObject[]): Graph {
  const graph = new graphlib.Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 12, ranksep: 56, marginx: 8, marginy: 8 })
  graph.setDefaultEdgeLabel(() => ({}))
  const boxes = boxesOf(items)
  const known = new Set(boxes.map(({ id }) => id))
  for (const box of boxes) graph.setNode(box.id, { width: boxWidth, height: boxHeight })
  for (const { id, parent } of boxes) if (parent !== undefined && known.has(parent)) graph.setEdge(parent, id)
  layout(graph)
  const { width = 0, height = 0 } = graph.graph()
  return {
    nodes: boxes.map(({ parent: _parent, ...box }) => {
      const { x, y } = graph.node(box.id)
      return { ...box, x: x ?? 0, y: y ?? 0 }
    }),
    edges: graph.edges().map((edge: { v: string; w: string }) => ({
      from: edge.v,
      to: edge.w,
      points: graph.edge(edge).points ?? [],
    })),
    width,
    height,
  }
}

interface Box {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly bad: boolean
  readonly parent: string | undefined
}

function boxesOf(items: readonly RenderedObject[]): Box[] {
  const root: Box = {
    id: 'bundle',
    kind: 'Bundle',
    name: `${items.length} objects`,
    bad: false,
    parent: undefined,
  }
  const boxes = items.map(
    ({ key, object, drift, trouble, owner }): Box => ({
      id: key,
      kind: object.kind,
      name: object.name,
      bad: drift > 0 || trouble !== undefined,
      parent: owner ?? 'bundle',
    }),
  )
  if (boxes.length <= mostNodes) return [root, ...boxes]
  const folded = new Map<string, Box[]>()
  for (const box of boxes) folded.set(box.kind, [...(folded.get(box.kind) ?? []), box])
  return [
    root,
    ...[...folded].map(
      ([kind, own]): Box => ({
        id: `kind ${kind}`,
        kind,
        name: `${own.length} objects`,
        bad: own.some(({ bad }) => bad),
        parent: 'bundle',
      }),
    ),
  ]
}
