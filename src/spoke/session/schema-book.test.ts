import { describe, expect, test } from 'vitest'
import { KubeFailure, type OpenApiDocument } from '../../kube/index.ts'
import { SchemaBook } from './schema-book.ts'

/** A cluster that publishes one document, and counts how often it is read and parsed. */
class PublishingCluster {
  hash = 'h1'
  document: object = widgets('map')
  sent = 0
  parsed = 0

  openApi(groupVersion: string, known?: string): Promise<OpenApiDocument | undefined> {
    if (groupVersion !== 'x.io/v1') return Promise.reject(new KubeFailure('unknown-kind', groupVersion))
    if (known === this.hash) return Promise.resolve(undefined)
    this.sent += 1
    const { hash, document } = this
    return Promise.resolve({
      hash,
      digest: JSON.stringify(document),
      document: () => {
        this.parsed += 1
        return document
      },
    })
  }
}

function widgets(list: string): object {
  return {
    components: {
      schemas: {
        'io.x.v1.Widget': {
          type: 'object',
          'x-kubernetes-group-version-kind': [{ group: 'x.io', version: 'v1', kind: 'Widget' }],
          properties: { parts: { type: 'array', 'x-kubernetes-list-type': list } },
        },
      },
    },
  }
}

const widget = ['x.io/v1', 'Widget'] as const

describe('the types of clusters', () => {
  test('are parsed once and held once where clusters publish the same', async () => {
    const clusters = Array.from({ length: 5 }, () => new PublishingCluster())
    const found = await Promise.all(clusters.map((cluster) => new SchemaBook(cluster).schemaOf(...widget)))
    expect(new Set(found.map(({ type }) => type)).size).toBe(1)
    expect(found[0]?.type).toBeDefined()
    expect(clusters.reduce((sum, { parsed }) => sum + parsed, 0)).toBe(1)
  })

  test('are those of its own document, whatever another cluster publishes under the same hash', async () => {
    const [honest, other] = [new PublishingCluster(), new PublishingCluster()]
    other.document = widgets('set')
    const [own, others] = await Promise.all(
      [honest, other].map((cluster) => new SchemaBook(cluster).schemaOf(...widget)),
    )
    expect(own?.type).not.toBe(others?.type)
  })

  test('are read again only when the hash of a forgotten group has changed', async () => {
    const cluster = new PublishingCluster()
    const book = new SchemaBook(cluster)
    const first = await book.schemaOf(...widget)
    book.forget('x.io')
    expect(await book.schemaOf(...widget)).toEqual(first)
    expect(cluster.sent).toBe(1)
    book.forget('x.io')
    cluster.hash = 'h2'
    expect((await book.schemaOf(...widget)).hash).toBe('h2')
    expect(cluster.sent).toBe(2)
  })

  test('are none of a group that publishes none', async () => {
    const found = await new SchemaBook(new PublishingCluster()).schemaOf('y.io/v1', 'Thing')
    expect(found).toEqual({ type: undefined, hash: 'none' })
  })
})
