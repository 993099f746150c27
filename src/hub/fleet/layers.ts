import type { Cluster } from '../../core/kinds/index.ts'

/**
 * The paths that a bundle's source can have on a cluster, the most specific first. Layers are written from
 * general to specific, with `{environment}`, `{cluster}` and `{cluster.labels.NAME}` in them (model.md); a
 * layer that names a label which the cluster lacks is an error, because nobody can say what it would be.
 */
export function layerPaths(
  path: string,
  layers: readonly string[],
  cluster: Cluster,
): { paths: readonly string[] } | { message: string; hint: string } {
  if (layers.length === 0) return { paths: [path] }
  const paths: string[] = []
  for (const layer of layers) {
    let unknown: string | undefined
    const filled = layer.replaceAll(/\{([^{}]*)\}/g, (_, name: string) => {
      const value = valueOf(name, cluster)
      if (value === undefined) unknown ??= name
      return value ?? ''
    })
    if (unknown !== undefined) {
      return {
        message: `layer ${layer}: {${unknown}} is not known for cluster ${cluster.metadata.name}`,
        hint: 'known are {environment}, {cluster} and {cluster.labels.NAME} of labels that the cluster has',
      }
    }
    paths.unshift(`${path}/${filled}`)
  }
  return { paths }
}

function valueOf(name: string, cluster: Cluster): string | undefined {
  if (name === 'environment') return cluster.spec.environment
  if (name === 'cluster') return cluster.metadata.name
  const label = name.startsWith('cluster.labels.') ? name.slice('cluster.labels.'.length) : undefined
  const labels = cluster.spec.labels
  return label !== undefined && labels !== undefined && Object.hasOwn(labels, label)
    ? labels[label]
    : undefined
}
