/** A box of the picture. */
export interface GraphNode {
  readonly id: string
  readonly kind: string
  readonly name: string
  readonly bad: boolean
  readonly x: number
  readonly y: number
}

export interface GraphEdge {
  readonly from: string
  readonly to: string
  readonly points: readonly { readonly x: number; readonly y: number }[]
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly width: number
  readonly height: number
}

export const boxWidth = 190
export const boxHeight = 44
